import { command, numberOption } from '../../_command.ts'
import { GALLERY_OPTIONS, plural, shown, withGallery } from '../../_gallery.ts'
import { table } from '../../_table.ts'

export default command({
  name: 'list',
  description: 'List who is enrolled, by name',
  examples: [
    ['xfmr gallery list', 'the first 100'],
    ['xfmr gallery list --prefix A --limit 1000', 'those whose names begin with A'],
  ],
  args: {
    ...GALLERY_OPTIONS,
    prefix: { type: 'string', valueHint: 'TEXT', description: 'Only names that begin with this' },
    after: { type: 'string', valueHint: 'NAME', description: 'Go on after this name' },
    limit: { type: 'string', valueHint: 'N', description: 'At most so many (default 100)' },
  },
  run: async ({ prefix, after, limit, ...args }) => {
    const count = numberOption('limit', limit, { fallback: 100, min: 1, max: 10_000, integer: true })
    const page = await withGallery(args, gallery =>
      gallery.subjects({
        limit: count,
        ...(prefix === undefined ? {} : { prefix }),
        ...(after === undefined ? {} : { after }),
      }),
    )
    const rows = page.subjects.map(({ name, examples, added }) => [shown(name), examples, added.slice(0, 10)])
    const more = page.next === null ? '' : `\nGo on with --after ${JSON.stringify(page.next)}`
    const text = rows.length === 0 ? plural(0, 'subject') : table(['name', 'faces', 'added'], rows) + more
    return { json: page, text }
  },
})
