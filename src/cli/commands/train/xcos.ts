import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { command, numberOption } from '../../_command.ts'
import { JOBS_OPTION, MODEL_OPTION } from '../../_faces.ts'
import { progress } from '../../_progress.ts'
import { choosePhotos } from './_people.ts'

export default command({
  name: 'xcos',
  description: 'Train the explainable cosine of a recogniser on unmasked photos, one folder a person',
  examples: [
    ['xfmr train xcos people --out models', 'draws masks on the photos, trains similarity and attention'],
    ['xfmr train xcos people --work faces --out models', 'uses the faces that "train unmask" made'],
    ['xfmr train xcos people --no-masks --out bare', 'without masked faces, to see what they change'],
  ],
  args: {
    paths: { type: 'positional', description: 'Folders with one folder of unmasked photos a person' },
    out: {
      type: 'string',
      valueHint: 'DIR',
      required: true,
      description: 'Folder for xcos.onnx and its card xcos.md',
    },
    features: { type: 'string', valueHint: 'N', description: 'Features of each cell (default 128)' },
    masks: { type: 'boolean', default: true, negativeDescription: 'Train on bare faces only' },
    'identity-weight': {
      type: 'string',
      valueHint: 'N',
      description: 'Weight of telling people apart beside following the cosine (default 0.002)',
    },
    exclude: {
      type: 'string',
      valueHint: 'DIR,DIR',
      description:
        'Folders of test photos, one folder a person: people who look like one of them are left out',
    },
    views: { type: 'string', valueHint: 'N', description: 'Masked views of every photo (default 4)' },
    epochs: { type: 'string', valueHint: 'N', description: 'Rounds of 100 steps (default 10)' },
    'max-photos': { type: 'string', valueHint: 'N', description: 'Most photos of each folder (default all)' },
    work: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Folder for the faces made on the way, for this run and others (default in the cache)',
    },
    run: {
      type: 'string',
      valueHint: 'DIR',
      default: join('runs', 'xcos'),
      description: 'Folder for checkpoints and loss curve',
    },
    resume: { type: 'boolean', description: 'Go on with the run in its folder' },
    seed: { type: 'string', default: '1', description: 'Number or word that fixes masks, split and order' },
    model: MODEL_OPTION,
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async ({ _: folders, out, model, jobs, seed, resume = false, run, masks, ...args }, terminal) => {
    const started = performance.now()
    const whole = (name: 'views' | 'epochs' | 'max-photos' | 'features', fallback: number): number =>
      numberOption(name, args[name], { fallback, min: 1, integer: true })
    const { trainXCos, XCOS_RECIPE } = await import('../../../training/xcos/node/train.ts')
    const [masked, most] = [whole('views', 4), whole('max-photos', Infinity)]
    const recipe = {
      masks,
      epochs: whole('epochs', XCOS_RECIPE.epochs),
      features: whole('features', XCOS_RECIPE.features),
      identityWeight: numberOption('identity-weight', args['identity-weight'], {
        fallback: XCOS_RECIPE.identityWeight,
        min: 0,
        max: 1,
      }),
    }
    const cores = availableParallelism()
    const parallel = numberOption('jobs', jobs, { fallback: cores, min: 1, max: 256, integer: true })
    const photos = await choosePhotos(folders, Infinity, most)
    const { openForCli } = await import('../../_open.ts')
    const { defaultWork } = await import('./_work.ts')
    const open = { ...(model ? { recogniser: model } : {}), unmask: 'never' } as const
    const plain = await openForCli(terminal, open)
    const work = args.work ?? defaultWork(plain.pipeline, seed, masked, photos.length)

    const { buildFaceSet } = await import('../../../training/faces/node/build.ts')
    const faces = await progress(terminal, 'draw masks, find faces', photos.length)
    const set = await buildFaceSet(plain, photos, {
      folder: work,
      jobs: parallel,
      open,
      views: { seed, masked, degraded: 1, strength: 1 },
      onPhoto: done => faces.update(done),
    })
    faces.stop()
    const tests = args.exclude?.split(',').filter(Boolean) ?? []
    const excluded = await excludedIdentities(tests)

    const { nodeRuntime } = await import('../../../onnx/node.ts')
    const { progressText } = await import('../../../training/engine/progress.ts')
    const { modelTag } = await import('../../../recognition/pipeline.ts')
    // As faces are embedded in use: with the correction for masks, where there is one.
    const xfmr = await openForCli(terminal, model ? { recogniser: model } : {})
    const { name, sha256 } = xfmr.models.find(({ role }) => role === 'recogniser')!
    const bar = await progress(terminal, 'train', 1)
    const { xcos, ...result } = await trainXCos({
      runtime: nodeRuntime({ threads: parallel }),
      xfmr,
      recogniser: modelTag(name, sha256),
      set,
      work,
      seed,
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
      recogniser: modelTag(name, sha256),
      pipeline: xfmr.pipeline,
      seed,
      folders: folders.map(folder => basename(folder)),
      photos: photos.length,
      failures: set.failures,
      excluded: { identities: excluded.size, sets: tests.map(folder => basename(folder)) },
      minutes: (performance.now() - started) / 60_000,
    }
    set.close()
    await Promise.all([plain.release(), xfmr.release()])
    const { xcosCard } = await import('../../../training/xcos/card.ts')
    const { writeModel } = await import('../../../onnx/proto.ts')
    const { writeFolder } = await import('../../_folder.ts')
    const card = xcosCard(facts)
    await writeFolder(out, { 'xcos.onnx': writeModel(xcos), 'xcos.md': card })
    return {
      json: facts,
      text: `${card}\nWritten to ${join(out, 'xcos.onnx')} and ${join(out, 'xcos.md')}`,
    }

    async function excludedIdentities(sets: readonly string[]): Promise<Set<string>> {
      if (sets.length === 0) return new Set()
      const { identitiesInTests } = await import('../../../training/unmask/node/test-identities.ts')
      const others = await choosePhotos(sets, 3, Infinity)
      const bar = await progress(terminal, 'look for test people', others.length)
      const found = await identitiesInTests(plain, set, others, { work, onPhoto: done => bar.update(done) })
      bar.stop()
      return found
    }
  },
})
