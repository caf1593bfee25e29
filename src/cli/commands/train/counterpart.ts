import { join } from 'node:path'
import { command } from '../../_command.ts'
import { NETWORK_OPTIONS, networkOptions } from '../../_faces.ts'
import { progress } from '../../_progress.ts'
import { FACES_OPTIONS, trainingFaces } from './_faces.ts'
import { peopleOptions, trainCommand } from './_people.ts'

const { resume: _, ...FACES } = FACES_OPTIONS

export default command({
  name: 'counterpart',
  description: 'Learn how bare faces are compared with faces that were corrected for a mask',
  examples: [
    ['xfmr train counterpart people --out models', 'for the correction of xfmr'],
    ['xfmr train counterpart people --unmask-model my/unmask.onnx --out my', 'for one of your own'],
  ],
  args: {
    ...peopleOptions('counterpart.onnx and its card counterpart.md'),
    'unmask-model': NETWORK_OPTIONS['unmask-model'],
    ...FACES,
  },
  rest: true,
  run: async (typed, terminal) => {
    const { _: folders, out, 'unmask-model': unmaskModel, ...args } = typed
    const started = performance.now()
    const faces = await trainingFaces(folders, args, terminal)
    const { openForCli } = await import('../../_open.ts')
    const xfmr = await openForCli(terminal, {
      ...networkOptions({ model: args.model, 'unmask-model': unmaskModel }),
      unmask: 'always',
    })
    const { counterpartOwner } = await import('../../../recognition/counterpart.ts')
    const { trainCounterpart } = await import('../../../training/counterpart/node/train.ts')
    const owner = counterpartOwner(xfmr.models)
    const bar = await progress(terminal, 'embed masked faces', 1)
    const { counterpart, ...result } = await trainCounterpart({
      xfmr,
      owner,
      set: faces.set,
      seed: args.seed,
      excluded: faces.excluded,
      onView: (done, all) => bar.update(done, all),
    })
    bar.stop()
    const facts = {
      ...result,
      ...faces.facts,
      owner,
      pipeline: xfmr.pipeline,
      command: trainCommand('counterpart', folders, typed),
      minutes: (performance.now() - started) / 60_000,
    }
    faces.set.close()
    await Promise.all([faces.xfmr.release(), xfmr.release()])
    const { counterpartCard } = await import('../../../training/counterpart/card.ts')
    const { writeModel } = await import('../../../onnx/proto.ts')
    const { writeFolder } = await import('../../_folder.ts')
    const card = counterpartCard(facts)
    await writeFolder(out, {
      'counterpart.onnx': writeModel(counterpart, { half: true }),
      'counterpart.md': card,
    })
    return {
      json: facts,
      text: `${card}\nWritten to ${join(out, 'counterpart.onnx')} and ${join(out, 'counterpart.md')}`,
    }
  },
})
