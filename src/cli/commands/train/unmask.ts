import { join } from 'node:path'
import { choiceOption, command, numberOption } from '../../_command.ts'
import { progress } from '../../_progress.ts'
import { FACES_OPTIONS, trainingFaces } from './_faces.ts'
import { peopleOptions, trainCommand } from './_people.ts'

export default command({
  name: 'unmask',
  description:
    'Train the correction for masked faces of a recogniser on unmasked photos, one folder a person',
  examples: [
    ['xfmr train unmask people --out models', 'draws masks on the photos, trains the deeper layers'],
    ['xfmr train unmask people --method eum-srt --out eum', 'the published Embedding Unmasking Model'],
    ['xfmr train unmask people --exclude lfw/images --out models', 'leaves out people who are in a test set'],
    ['xfmr train unmask people --out models --resume', 'goes on after a stop'],
  ],
  args: {
    ...peopleOptions('unmask.onnx and its card unmask.md'),
    method: {
      type: 'string',
      default: 'deep',
      valueHint: 'eum-srt|eum-triplet|eum-cosine|head|deep',
      description: 'What is trained',
    },
    from: { type: 'string', valueHint: 'LAYER', description: 'Layer where head or deep begin' },
    epochs: { type: 'string', valueHint: 'N', description: 'Times that training goes through the data' },
    run: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Folder for checkpoints and loss curve (default runs/unmask-METHOD)',
    },
    ...FACES_OPTIONS,
  },
  rest: true,
  run: async (typed, terminal) => {
    const { _: folders, out, resume = false, from, ...args } = typed
    const started = performance.now()
    const { UNMASK_METHODS } = await import('../../../training/unmask/recipes.ts')
    const method = choiceOption('method', args.method, UNMASK_METHODS)
    const epochs =
      args.epochs === undefined
        ? undefined
        : numberOption('epochs', args.epochs, { fallback: 1, min: 1, integer: true })
    const { xfmr, set, work, parallel, excluded, facts: data } = await trainingFaces(folders, args, terminal)
    const recogniser = xfmr.pipeline.split('/').at(-1)!
    const { trainUnmask } = await import('../../../training/unmask/node/train.ts')
    const { nodeRuntime } = await import('../../../onnx/node.ts')
    const { progressText } = await import('../../../training/engine/progress.ts')
    const bar = await progress(terminal, 'train', 1)
    const { correction, ...result } = await trainUnmask({
      runtime: nodeRuntime({ threads: parallel }),
      graph: xfmr.recogniser.graph,
      contract: xfmr.recogniser.contract,
      recogniser,
      set,
      work,
      method,
      seed: args.seed,
      ...(from === undefined ? {} : { from }),
      ...(epochs === undefined ? {} : { epochs }),
      run: args.run ?? join('runs', `unmask-${method}`),
      resume,
      excluded,
      threads: parallel,
      onFeature: (done, all) => bar.update(done, all),
      onProgress: state => bar.update(state.step, state.steps, progressText(state)),
    })
    bar.stop()
    const facts = {
      ...result,
      ...data,
      command: trainCommand('unmask', folders, typed),
      method,
      recogniser,
      pipeline: xfmr.pipeline,
      minutes: (performance.now() - started) / 60_000,
    }
    set.close()
    const { unmaskCard } = await import('../../../training/unmask/card.ts')
    const { writeModel } = await import('../../../onnx/proto.ts')
    const { writeFolder } = await import('../../_folder.ts')
    const card = unmaskCard(facts)
    await writeFolder(out, { 'unmask.onnx': writeModel(correction, { half: true }), 'unmask.md': card })
    for (const { name, code } of set.failures) terminal.err(`${name}: ${code}\n`)
    return {
      json: facts,
      text: `${card}\nWritten to ${join(out, 'unmask.onnx')} and ${join(out, 'unmask.md')}`,
    }
  },
})
