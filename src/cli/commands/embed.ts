import { availableParallelism } from 'node:os'
import { errorToJson, XfmrError } from '../../errors.ts'
import type { FaceChoice } from '../../face/choose.ts'
import type { Xfmr } from '../../xfmr.ts'
import { inOrder } from '../_bulk.ts'
import { command, numberOption } from '../_command.ts'
import { FACE_OPTION, faceOption, JOBS_OPTION, NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { type LinesFile, openLines } from '../_lines.ts'
import { listPhotos } from '../_photos.ts'
import { progress } from '../_progress.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'embed',
  description: SUMMARIES.embed,
  examples: [
    ['xfmr embed photo.jpg', 'the embedding of one photo on the screen'],
    [
      'xfmr embed photos/ --recursive --out faces.jsonl',
      'a whole folder; run it again to go on after an interruption',
    ],
  ],
  args: {
    paths: { type: 'positional', description: 'Photos or folders of photos' },
    out: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Write the lines to this file instead of the screen',
    },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
    recursive: { type: 'boolean', description: 'Look into the folders of folders too' },
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async ({ _: paths, out, face, recursive, jobs, ...args }, terminal) => {
    const choice = faceOption(face)
    const options = networkOptions(args)
    const parallel = numberOption('jobs', jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    })
    const photos = await listPhotos(paths, { recursive: recursive ?? false })
    const file = out === undefined ? undefined : await openLines(out)
    try {
      const { openForCli } = await import('../_open.ts')
      const xfmr = await openForCli(terminal, options)
      const done = keptPhotos(file, xfmr.pipeline)
      const rest = photos.filter(photo => !done.has(photo))
      const bar = await progress(terminal, 'embed', photos.length)
      const failures: string[] = [...done.values()].flatMap(failure => failure ?? [])
      let count = done.size
      await inOrder(
        rest,
        parallel,
        photo => embedPhoto(xfmr, photo, choice),
        async row => {
          bar.update(++count)
          if ('error' in row) failures.push(describeFailure(row.photo, row.error))
          if (file) await file.add(row)
          else terminal.out(`${JSON.stringify(row)}\n`)
        },
      )
      bar.stop()
      await file?.finish()
      for (const failure of failures) terminal.err(`${failure}\n`)
      const resumed = done.size > 0 ? ` (${done.size} from an earlier run)` : ''
      const where = out === undefined ? '' : ` Written to ${out}.`
      terminal.err(
        `${photos.length - failures.length} of ${photos.length} photos embedded${resumed}, ${failures.length} failed.${where}\n`,
      )
      return failures.length > 0 ? 2 : 0
    } catch (error) {
      await file?.abandon()
      throw error
    }
  },
})

// --- internal ---

type Failure = ReturnType<typeof errorToJson>

const embedPhoto = async (xfmr: Xfmr, path: string, choice: FaceChoice | undefined) => {
  const [{ readPhoto }, { toEmbedResult }] = await Promise.all([
    import('../../image/node.ts'),
    import('../../report/steps.ts'),
  ])
  try {
    const photo = await readPhoto(path)
    const face = await xfmr.findFace(photo, choice)
    return toEmbedResult(path, await xfmr.examine(photo, face, { mask: false }))
  } catch (error) {
    return { photo: path, error: errorToJson(error) }
  }
}

const describeFailure = (photo: string, { code, message }: Pick<Failure, 'code' | 'message'>): string =>
  `${photo}: ${message} [${code}]`

/** Photos that an interrupted run has finished, with their failure if there was one. */
const keptPhotos = (file: LinesFile | undefined, pipeline: string): Map<string, string | undefined> => {
  const done = new Map<string, string | undefined>()
  for (const row of file?.kept ?? []) {
    if (row.pipeline !== undefined && row.pipeline !== pipeline) {
      throw new XfmrError(
        'E_PIPELINE_MISMATCH',
        `The unfinished file was begun with the pipeline "${row.pipeline}", not "${pipeline}". Use the same options, or remove it.`,
      )
    }
    const failure = row.error as Failure | undefined
    done.set(row.photo as string, failure && describeFailure(row.photo as string, failure))
  }
  return done
}
