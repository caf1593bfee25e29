import { XfmrError } from '../../errors.ts'
import type { ListOptions } from '../gallery.ts'
import type { SubjectDetails, SubjectList } from '../schema.ts'
import type { Context } from './context.ts'
import { FACT_COLUMNS, type FactRow, factsOf, factTables } from './examples.ts'
import { known, unknownSubject } from './remove.ts'

/** One page of subjects, by name. */
export const listSubjects = async (
  { database, s }: Context,
  { after, prefix = '', limit = 100 }: ListOptions = {},
): Promise<SubjectList> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new XfmrError('E_USAGE', `A page holds from 1 to 10000 subjects, not ${limit}.`)
  }
  const rows = await database.query<{ id: string; name: string; added: Date; examples: number }>(
    `select n.id::text, n.name, n.added, (select count(*)::int from ${s}.example e where e.subject = n.id) as examples
     from ${s}.subject n
     where ($1::text is null or n.name > $1::text) and starts_with(n.name, $2)
     order by n.name limit $3`,
    [after === undefined ? null : text(after), text(prefix), limit + 1],
  )
  const page = rows.slice(0, limit)
  return {
    subjects: page.map(({ id, name, added, examples }) => ({
      id,
      name,
      examples,
      added: added.toISOString(),
    })),
    next: rows.length > limit ? page.at(-1)!.name : null,
  }
}

/** A subject with its examples, oldest first. @throws XfmrError `E_UNKNOWN_SUBJECT` */
export const readSubject = async ({ database, s }: Context, name: string): Promise<SubjectDetails> => {
  const [subject] = await database.query<{ id: string; name: string; added: Date }>(
    `select id::text, name, added from ${s}.subject where name = $1`,
    [known(name)],
  )
  if (!subject) throw unknownSubject(name)
  const rows = await database.query<FactRow>(
    `select ${FACT_COLUMNS} from ${factTables(s)} where e.subject = $1 order by e.added, e.id`,
    [subject.id],
  )
  return {
    id: subject.id,
    name: subject.name,
    examples: rows.length,
    added: subject.added.toISOString(),
    faces: rows.map(factsOf),
  }
}

// --- internal ---

/** Names that can't be there match nothing: the database refuses the zero character. */
const text = (name: string): string => name.normalize('NFC').replaceAll('\0', '\uFFFD')
