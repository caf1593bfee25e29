import { join } from 'node:path'
import { choiceOption, command, numberOption } from '../../_command.ts'
import { progress } from '../../_progress.ts'
import { FACES_OPTIONS, trainingFaces } from './_faces.ts'
import { peopleOptions, trainCommand } from './_people.ts'

export default command({
  name: 'xcos',
  description: 'Train the explainable cosine of a recogniser on unmasked photos, one folder a person',
  examples: [
    ['xfmr train xcos people --out models', 'draws masks on the photos, trains similarity and attention'],
    ['xfmr train xcos people --work faces --out models', 'uses the faces that "train unmask" made'],
    ['xfmr train xcos people --no-masks --out bare', 'without masked faces, to see what they change'],
  ],
  args: {
    ...peopleOptions('xcos.onnx and its card xcos.md'),
    features: { type: 'string', valueHint: 'N', description: 'Features of each cell (default 256)' },
    layers: {
      type: 'string',
      valueHint: 'N',
      description: 'Further layers of the features, each looks one cell further (default 1)',
    },
    teacher: {
      type: 'string',
      valueHint: 'bare|own',
      description:
        'Cosine to follow: of the photos without their masks, or of the views as they are embedded in use (default own)',
    },
    masks: { type: 'boolean', default: true, negativeDescription: 'Train on bare faces only' },
    'identity-weight': {
      type: 'string',
      valueHint: 'N',
      description: 'Weight of telling people apart beside following the cosine (default 0)',
    },
    epochs: { type: 'string', valueHint: 'N', description: 'Rounds of 100 steps (default 25)' },
    run: {
      type: 'string',
      valueHint: 'DIR',
      default: join('runs', 'xcos'),
      description: 'Folder for checkpoints and loss curve',
    },
    ...FACES_OPTIONS,
  },
  rest: true,
  run: async (typed, terminal) => {
    const { _: folders, out, resume = false, run, masks, ...args } = typed
    const started = performance.now()
    const whole = (name: 'epochs' | 'features', fallback: number): number =>
      numberOption(name, args[name], { fallback, min: 1, integer: true })
    const { TEACHERS, trainXCos, XCOS_RECIPE } = await import('../../../training/xcos/node/train.ts')
    const recipe = {
      masks,
      teacher:
        args.teacher === undefined ? XCOS_RECIPE.teacher : choiceOption('teacher', args.teacher, TEACHERS),
      epochs: whole('epochs', XCOS_RECIPE.epochs),
      features: whole('features', XCOS_RECIPE.features),
      layers: numberOption('layers', args.layers, {
        fallback: XCOS_RECIPE.layers,
        min: 0,
        max: 4,
        integer: true,
      }),
      identityWeight: numberOption('identity-weight', args['identity-weight'], {
        fallback: XCOS_RECIPE.identityWeight,
        min: 0,
        max: 1,
      }),
    }
    const faces = await trainingFaces(folders, args, terminal)
    const { set, work, parallel, excluded } = faces
    const { nodeRuntime } = await import('../../../onnx/node.ts')
    const { progressText } = await import('../../../training/engine/progress.ts')
    const { modelTag } = await import('../../../recognition/pipeline.ts')
    // As faces are embedded in use: with the correction for masks, where there is one.
    const { openForCli } = await import('../../_open.ts')
    const xfmr = await openForCli(terminal, args.model ? { recogniser: args.model } : {})
    const { name, sha256 } = xfmr.models.find(({ role }) => role === 'recogniser')!
    const bar = await progress(terminal, 'train', 1)
    const { xcos, ...result } = await trainXCos({
      runtime: nodeRuntime({ threads: parallel }),
      xfmr,
      recogniser: modelTag(name, sha256),
      set,
      work,
      seed: args.seed,
      recipe,
      run,
      resume,
      excluded,
      threads: parallel,
      onGrid: (done, all) => bar.update(done, all),
      onProgress: state => bar.update(state.step, state.steps, progressText(state)),
    })
    bar.stop()
    const facts = {
      ...result,
      ...faces.facts,
      command: trainCommand('xcos', folders, typed),
      recogniser: modelTag(name, sha256),
      pipeline: xfmr.pipeline,
      minutes: (performance.now() - started) / 60_000,
    }
    set.close()
    await Promise.all([faces.xfmr.release(), xfmr.release()])
    const { xcosCard } = await import('../../../training/xcos/card.ts')
    const { writeModel } = await import('../../../onnx/proto.ts')
    const { writeFolder } = await import('../../_folder.ts')
    const card = xcosCard(facts)
    await writeFolder(out, { 'xcos.onnx': writeModel(xcos), 'xcos.md': card })
    return {
      json: facts,
      text: `${card}\nWritten to ${join(out, 'xcos.onnx')} and ${join(out, 'xcos.md')}`,
    }
  },
})
