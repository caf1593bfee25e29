import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { choiceOption, command, numberOption } from '../../_command.ts'
import { JOBS_OPTION, MODEL_OPTION } from '../../_faces.ts'
import { progress } from '../../_progress.ts'
import { choosePhotos } from './_people.ts'

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
    paths: { type: 'positional', description: 'Folders with one folder of unmasked photos a person' },
    out: {
      type: 'string',
      valueHint: 'DIR',
      required: true,
      description: 'Folder for unmask.onnx and its card unmask.md',
    },
    method: {
      type: 'string',
      default: 'deep',
      valueHint: 'eum-srt|eum-triplet|eum-cosine|head|deep',
      description: 'What is trained',
    },
    from: { type: 'string', valueHint: 'LAYER', description: 'Layer where head or deep begin' },
    exclude: {
      type: 'string',
      valueHint: 'DIR,DIR',
      description:
        'Folders of test photos, one folder a person: people who look like one of them are left out',
    },
    views: { type: 'string', valueHint: 'N', description: 'Masked views of every photo (default 4)' },
    epochs: { type: 'string', valueHint: 'N', description: 'Times that training goes through the data' },
    'max-photos': { type: 'string', valueHint: 'N', description: 'Most photos of each folder (default all)' },
    work: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Folder for the faces made on the way, for this run and others (default in the cache)',
    },
    run: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Folder for checkpoints and loss curve (default runs/unmask-METHOD)',
    },
    resume: { type: 'boolean', description: 'Go on with the run in its folder' },
    seed: { type: 'string', default: '1', description: 'Number or word that fixes masks, split and order' },
    model: MODEL_OPTION,
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async ({ _: folders, out, model, jobs, seed, resume = false, from, ...args }, terminal) => {
    const started = performance.now()
    const { UNMASK_METHODS } = await import('../../../training/unmask/recipes.ts')
    const method = choiceOption('method', args.method, UNMASK_METHODS)
    const whole = (name: 'views' | 'epochs' | 'max-photos', fallback: number): number =>
      numberOption(name, args[name], { fallback, min: 1, integer: true })
    const [masked, most] = [whole('views', 4), whole('max-photos', Infinity)]
    const epochs = args.epochs === undefined ? undefined : whole('epochs', 1)
    const cores = availableParallelism()
    const parallel = numberOption('jobs', jobs, { fallback: cores, min: 1, max: 256, integer: true })
    const photos = await choosePhotos(folders, Infinity, most)
    const { openForCli } = await import('../../_open.ts')
    const { defaultWork } = await import('./_work.ts')
    const open = { ...(model ? { recogniser: model } : {}), unmask: 'never' } as const
    const xfmr = await openForCli(terminal, open)
    const recogniser = xfmr.pipeline.split('/').at(-1)!
    const views = { seed, masked, degraded: 1, strength: 1 }
    const work = args.work ?? defaultWork(xfmr.pipeline, seed, masked, photos.length)

    const { buildFaceSet } = await import('../../../training/faces/node/build.ts')
    const faces = await progress(terminal, 'draw masks, find faces', photos.length)
    const set = await buildFaceSet(xfmr, photos, {
      folder: work,
      jobs: parallel,
      open,
      views,
      onPhoto: done => faces.update(done),
    })
    faces.stop()

    const tests = args.exclude?.split(',').filter(Boolean) ?? []
    const excluded = await excludedIdentities(tests)

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
      seed,
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
      method,
      recogniser,
      pipeline: xfmr.pipeline,
      seed,
      folders: folders.map(folder => basename(folder)),
      photos: photos.length,
      views,
      failures: set.failures,
      excluded: {
        identities: excluded.size,
        sets: tests.map(folder => join(basename(dirname(folder)), basename(folder))),
      },
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

    async function excludedIdentities(sets: readonly string[]): Promise<Set<string>> {
      if (sets.length === 0) return new Set()
      const { identitiesInTests } = await import('../../../training/unmask/node/test-identities.ts')
      const others = await choosePhotos(sets, 3, Infinity)
      const bar = await progress(terminal, 'look for test people', others.length)
      const found = await identitiesInTests(xfmr, set, others, { work, onPhoto: done => bar.update(done) })
      bar.stop()
      return found
    }
  },
})
