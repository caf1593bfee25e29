import { availableParallelism } from 'node:os'
import { errorToJson, XfmrError } from '../../../errors.ts'
import type { FaceChoice } from '../../../face/choose.ts'
import type { Gallery, NewExample } from '../../../gallery/gallery.ts'
import type { EnrolResult } from '../../../gallery/schema.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { inOrder } from '../../_bulk.ts'
import { command, numberOption } from '../../_command.ts'
import { type EnrolInput, enrolInputs } from '../../_enrol.ts'
import { FACE_OPTION, faceOption, JOBS_OPTION, NETWORK_OPTIONS, networkOptions } from '../../_faces.ts'
import { GALLERY_OPTIONS, note, openCliGallery, plural, shown } from '../../_gallery.ts'
import { progress } from '../../_progress.ts'
import { indexWhenLarge } from './_index-when-large.ts'

/** Faces that are enrolled together. */
const BATCH = 50

export default command({
  name: 'enrol',
  description: 'Enrol faces: photos, a folder with a folder for each person, or JSON Lines',
  examples: [
    ['xfmr gallery enrol ada1.jpg ada2.jpg --subject "Ada Lovelace"', 'two photos of one person'],
    ['xfmr gallery enrol people/ --thumbnails', 'people/Ada/1.jpg goes to Ada; run it again to go on'],
    ['xfmr gallery enrol staff/ --each', 'staff/ada.jpg goes to ada'],
    ['xfmr gallery enrol faces.jsonl', 'lines with a subject and a photo, or an embedding with its pipeline'],
    ['xfmr gallery enrol people/ --key-file key --db safe', 'a new gallery that is encrypted'],
  ],
  args: {
    paths: { type: 'positional', description: 'Photos, folders or .jsonl files' },
    ...GALLERY_OPTIONS,
    subject: {
      type: 'string',
      valueHint: 'NAME',
      description: 'Who it is (default: the folder of a photo; of a single photo the name of its file)',
    },
    each: {
      type: 'boolean',
      description: 'Every photo is a person of its own, named after its file: for a flat folder',
    },
    thumbnails: {
      type: 'boolean',
      description: 'Keep the aligned faces: needed to explain matches and to re-embed (about 25 kB a face)',
    },
    again: { type: 'boolean', description: 'Look at photos too that were enrolled for the subject before' },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async ({ _: paths, subject, each, thumbnails, again, face, jobs, json, ...args }, terminal) => {
    if (paths.length === 0)
      throw new XfmrError('E_USAGE', 'Say what to enrol: photos, folders or .jsonl files.')
    const choice = faceOption(face)
    const options = networkOptions(args)
    const parallel = numberOption('jobs', jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    })
    const inputs = await enrolInputs(paths, { subject, each })
    const gallery = await openCliGallery(args, { create: true })
    try {
      const rest = again ? inputs : await notEnrolled(gallery, inputs)
      let opened: Promise<Xfmr> | undefined
      const xfmr = async (): Promise<Xfmr> => {
        const { openForCli } = await import('../../_open.ts')
        opened ??= openForCli(terminal, options)
        return opened
      }
      const bar = await progress(terminal, 'enrol', rest.length)
      const result: EnrolResult = { pipeline: '', enrolled: [], failed: [] }
      let batch: NewExample[] = []
      const flush = async (): Promise<void> => {
        const enrolled = await gallery.enrol(batch)
        result.pipeline = batch[0]?.pipeline ?? result.pipeline
        for (const [i, one] of enrolled.entries()) {
          result.enrolled.push({ ...one, source: batch[i]!.source ?? null })
        }
        batch = []
      }
      let done = 0
      await inOrder(
        rest,
        parallel,
        input => exampleOf(xfmr, input, { choice, thumbnails: thumbnails ?? false }),
        async (outcome, input) => {
          if ('error' in outcome) {
            result.failed.push({ source: labelOf(input), subject: input.subject, error: outcome.error })
          } else batch.push(outcome.example)
          if (batch.length === BATCH) await flush()
          bar.update(++done)
        },
      )
      if (batch.length > 0) await flush()
      bar.stop()
      await indexWhenLarge(gallery, terminal)
      for (const { source, error } of result.failed) {
        note(terminal, `${source}: ${error.message} [${error.code}]`)
      }
      return {
        json: result,
        text: summary(result, inputs.length - rest.length),
        exitCode: result.failed.length > 0 ? 2 : 0,
      }
    } finally {
      await gallery.close()
    }
  },
})

// --- internal ---

const labelOf = (input: EnrolInput): string => ('photo' in input ? input.photo : input.label)

/** An interrupted run goes on: photos that a subject has under the same path are done. */
const notEnrolled = async (gallery: Gallery, inputs: readonly EnrolInput[]): Promise<EnrolInput[]> => {
  const known = new Map<string, Set<string | null>>()
  const sourcesOf = async (name: string): Promise<Set<string | null>> => {
    const sources = known.get(name) ?? (await readSources(gallery, name))
    known.set(name, sources)
    return sources
  }
  const rest: EnrolInput[] = []
  for (const input of inputs) {
    if ('photo' in input && (await sourcesOf(input.subject)).has(input.photo)) continue
    rest.push(input)
  }
  return rest
}

const readSources = async (gallery: Gallery, name: string): Promise<Set<string | null>> => {
  try {
    return new Set((await gallery.subject(name)).faces.map(({ source }) => source))
  } catch (error) {
    if (error instanceof XfmrError && error.code === 'E_UNKNOWN_SUBJECT') return new Set()
    throw error
  }
}

type Outcome = { example: NewExample } | { error: ReturnType<typeof errorToJson> }

const exampleOf = async (
  xfmr: () => Promise<Xfmr>,
  input: EnrolInput,
  { choice, thumbnails }: { choice: FaceChoice | undefined; thumbnails: boolean },
): Promise<Outcome> => {
  try {
    const { subjectName } = await import('../../../gallery/names.ts')
    const subject = subjectName(input.subject)
    if ('line' in input) return { example: await lineExample(subject, input.line) }
    const [{ readPhoto, encodePng }, { templateOf }] = await Promise.all([
      import('../../../image/node.ts'),
      import('../../../gallery/template.ts'),
    ])
    const photo = await readPhoto(input.photo)
    const template = await templateOf(await xfmr(), photo, {
      face: choice,
      thumbnail: thumbnails ? { encodePng } : undefined,
    })
    return { example: { ...template, subject, source: input.photo } }
  } catch (error) {
    // What is wrong with one photo is listed; what is wrong with the models stops the run.
    if (error instanceof XfmrError && !/^E_(MODEL|RUNTIME)/.test(error.code))
      return { error: errorToJson(error) }
    throw error
  }
}

const lineExample = async (subject: string, line: Record<string, unknown>): Promise<NewExample> => {
  const [{ exportLine }, { unitVector }] = await Promise.all([
    import('../../../gallery/schema.ts'),
    import('../../../gallery/node/vectors.ts'),
  ])
  const parsed = exportLine.safeParse({ ...line, subject })
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new XfmrError('E_BAD_LINE', `${issue.path.join('.') || 'The line'}: ${issue.message}`)
  }
  const { embedding, pipeline, mask, norm, unmasked, source } = parsed.data
  return {
    subject,
    pipeline,
    vector: unitVector(embedding),
    mask: mask ?? null,
    unmasked: unmasked ?? false,
    ...(norm === undefined ? {} : { norm }),
    source: source ?? (typeof line.photo === 'string' ? line.photo : null),
  }
}

const summary = ({ enrolled, failed }: EnrolResult, before: number): string => {
  const created = enrolled.filter(one => one.created).length
  const subjects = [...new Set(enrolled.map(({ subject }) => subject))]
  const known = enrolled.length - created + before
  const who = subjects.length <= 3 ? ` (${subjects.map(shown).join(', ')})` : ''
  return (
    `Enrolled ${plural(created, 'face')} of ${plural(subjects.length, 'subject')}${who}` +
    `${known > 0 ? `, ${known} were there already` : ''}${failed.length > 0 ? `, ${failed.length} failed` : ''}.`
  )
}
