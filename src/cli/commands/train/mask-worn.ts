import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { inOrder } from '../../_bulk.ts'
import { command, numberOption } from '../../_command.ts'
import { JOBS_OPTION, MODEL_OPTION } from '../../_faces.ts'
import { progress } from '../../_progress.ts'
import { choosePhotos, peopleOptions, trainCommand } from './_people.ts'

export default command({
  name: 'mask-worn',
  description: 'Train the worn-mask detector of a recogniser on unmasked photos, one folder a person',
  examples: [
    ['xfmr train mask-worn people --out models', 'draws masks on the photos, trains, writes model and card'],
  ],
  args: {
    ...peopleOptions('mask-worn.onnx and its card mask-worn.md'),
    'per-person': { type: 'string', valueHint: 'N', description: 'Most photos of a person (default 8)' },
    'max-photos': { type: 'string', valueHint: 'N', description: 'Most photos of each folder (default all)' },
    seed: { type: 'string', default: '1', description: 'Number or word that fixes masks and split' },
    model: MODEL_OPTION,
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async (typed, terminal) => {
    const { _: folders, out, model, jobs, seed, ...args } = typed
    const perPerson = numberOption('per-person', args['per-person'], { fallback: 8, min: 1, integer: true })
    const most = numberOption('max-photos', args['max-photos'], { fallback: 1e9, min: 1, integer: true })
    const parallel = numberOption('jobs', jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    })
    const photos = await choosePhotos(folders, perPerson, most)
    const { openForCli } = await import('../../_open.ts')
    const { maskExamples } = await import('../../../training/node/mask-worn.ts')
    // The grid of the recogniser itself: whether a face is corrected follows from this detector.
    const xfmr = await openForCli(terminal, { ...(model ? { recogniser: model } : {}), unmask: 'never' })
    const bar = await progress(terminal, 'mask and embed', photos.length)
    const examples: Awaited<ReturnType<typeof maskExamples>>['examples'] = []
    const failures: Awaited<ReturnType<typeof maskExamples>>['failures'] = []
    let done = 0
    await inOrder(
      photos,
      parallel,
      photo => maskExamples(xfmr, photo, seed),
      result => {
        examples.push(...result.examples)
        failures.push(...result.failures)
        bar.update(++done)
      },
    )
    bar.stop()
    const { fitMaskWorn } = await import('../../../training/node/fit-mask-worn.ts')
    const { nodeRuntime } = await import('../../../onnx/node.ts')
    const recogniser = xfmr.pipeline.split('/').at(-1)!
    const result = await fitMaskWorn(nodeRuntime({ threads: parallel }), examples, { seed, recogniser })
    const { writeFolder } = await import('../../_folder.ts')
    const { maskWornCard } = await import('../../../training/mask-worn-card.ts')
    const card = maskWornCard({
      ...result,
      recogniser,
      seed,
      folders: folders.map(folder => basename(folder)),
      command: trainCommand('mask-worn', folders, typed),
      photos: photos.length,
      failures,
      perPerson,
    })
    await writeFolder(out, { 'mask-worn.onnx': result.model, 'mask-worn.md': card })
    for (const { path, code } of failures) terminal.err(`${path}: ${code}\n`)
    const { model: _, ...numbers } = result
    return {
      json: { ...numbers, photos: photos.length, failures },
      text: `${card}\nWritten to ${join(out, 'mask-worn.onnx')} and ${join(out, 'mask-worn.md')}`,
    }
  },
})
