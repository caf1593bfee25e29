import { availableParallelism } from 'node:os'
import { errorToJson } from '../../errors.ts'
import { inOrder } from '../_bulk.ts'
import { command, numberOption } from '../_command.ts'
import { JOBS_OPTION } from '../_faces.ts'
import { listPhotos } from '../_photos.ts'
import { progress } from '../_progress.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'detect',
  description: SUMMARIES.detect,
  examples: [
    ['xfmr detect photo.jpg', 'list the faces in a photo'],
    ['xfmr detect photos/ --recursive --json', 'one JSON line for each photo'],
  ],
  args: {
    paths: { type: 'positional', description: 'Photos or folders of photos' },
    threshold: { type: 'string', valueHint: '0..1', description: 'Lowest score of a face (default 0.5)' },
    recursive: { type: 'boolean', description: 'Look into the folders of folders too' },
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async ({ _: paths, threshold, recursive, jobs, json }, terminal) => {
    const limit = numberOption('threshold', threshold, { fallback: 0.5, min: 0, max: 1 })
    const parallel = numberOption('jobs', jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    })
    const photos = await listPhotos(paths, { recursive: recursive ?? false })
    const { openFaceFinder } = await import('../_open.ts')
    const { readPhoto } = await import('../../image/node.ts')
    const { toDetectResult } = await import('../../report/steps.ts')
    const { findFaces } = await openFaceFinder(terminal)
    const bar = await progress(terminal, 'detect', photos.length)
    let failures = 0
    let done = 0
    await inOrder(
      photos,
      parallel,
      async path => {
        try {
          return toDetectResult(path, await findFaces(await readPhoto(path), { threshold: limit }))
        } catch (error) {
          return { photo: path, error: errorToJson(error) }
        }
      },
      row => {
        bar.update(++done)
        if ('error' in row) failures++
        terminal.out(json ? `${JSON.stringify(row)}\n` : describe(row))
      },
    )
    bar.stop()
    terminal.err(`${photos.length - failures} of ${photos.length} photos read, ${failures} failed.\n`)
    return failures > 0 ? 2 : 0
  },
})

// --- internal ---

type Row =
  | { photo: string; faces: readonly { box: readonly number[]; score: number }[] }
  | { photo: string; error: { code: string; message: string } }

const describe = (row: Row): string => {
  if ('error' in row) return `${row.photo}: ${row.error.message} [${row.error.code}]\n`
  const faces = row.faces.map(({ box, score }, index) => {
    const [x, y, width, height] = box.map(Math.round)
    return `\n  ${index}: ${width}x${height} at (${x}, ${y}), score ${score.toFixed(3)}`
  })
  return `${row.photo}: ${row.faces.length} ${row.faces.length === 1 ? 'face' : 'faces'}${faces.join('')}\n`
}
