import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ArgsDef, ParsedArgs } from 'citty'
import packageJson from '../../../package.json' with { type: 'json' }
import { XfmrError } from '../../errors.ts'
import type { Condition } from '../../evaluation/calibration.ts'
import type { PairDataset } from '../../evaluation/node/dataset.ts'
import type { EmbedPhotos } from '../../evaluation/protocols/outcomes.ts'
import type { ProtocolRun } from '../../evaluation/protocols/verification.ts'
import { type EvaluationResult, evaluationResult } from '../../evaluation/result.ts'
import type { FaceChoice } from '../../face/choose.ts'
import type { Xfmr } from '../../xfmr.ts'
import { choiceOption, command, numberOption, type Terminal } from '../_command.ts'
import { FLIP_OPTION, JOBS_OPTION, MODEL_OPTION } from '../_faces.ts'
import { progress } from '../_progress.ts'

const CONDITIONS = ['bare-bare', 'bare-masked', 'masked-masked'] as const

const ARGS = {
  dataset: {
    type: 'positional',
    required: true,
    description: 'Folder with pairs.txt or pairs.csv, or such a list',
  },
  compare: {
    type: 'string',
    valueHint: 'RUN',
    description: 'Compare two folders written with --out: --compare RUN1 RUN2',
  },
  protocol: {
    type: 'string',
    default: 'lfw',
    valueHint: 'lfw|pairs',
    description: 'lfw: unmasked pairs in folds, with accuracy; pairs: any list',
  },
  photos: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder of the photos (default: images beside the list, or its folder)',
  },
  out: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Write report.html, result.json and scores.csv here',
  },
  calibration: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Write the scores as a calibration for compare',
  },
  condition: {
    type: 'string',
    valueHint: CONDITIONS.join('|'),
    description: 'Of protocol pairs: how many of the two faces wear a mask',
  },
  synthetic: { type: 'boolean', description: 'Of protocol pairs: the masks were drawn onto the photos' },
  face: {
    type: 'string',
    default: 'central',
    valueHint: 'central|largest|only',
    description: 'Which face to take from a photo that shows several; only: such a photo fails',
  },
  failures: {
    type: 'string',
    default: 'reject',
    valueHint: 'reject|exclude',
    description: 'Comparisons without a usable face: turned away, or left out of the rates',
  },
  resamples: { type: 'string', valueHint: 'N', description: 'Resamples behind the intervals (default 1000)' },
  seed: { type: 'string', default: '1', description: 'Number or word that fixes the resampling' },
  cache: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder that keeps embeddings (default: embeddings in XFMR_HOME)',
  },
  fresh: { type: 'boolean', description: 'Embed every photo anew, and keep nothing' },
  flip: FLIP_OPTION,
  model: MODEL_OPTION,
  jobs: JOBS_OPTION,
} as const satisfies ArgsDef

export default command({
  name: 'evaluate',
  description: 'Measure error rates on a data set, with intervals and a report',
  examples: [
    ['xfmr evaluate lfw --out report', 'the LFW protocol on a folder with pairs.txt and images'],
    ['xfmr evaluate pairs.csv --protocol pairs --json', 'any list of pairs (columns a, b, same), as JSON'],
    ['xfmr evaluate --compare run1 run2', 'how two systems differ on the same pairs, with paired intervals'],
    ['xfmr evaluate lfw --calibration lfw.json', 'also keep the scores as a calibration for compare'],
  ],
  args: ARGS,
  run: async (args, terminal) => {
    const wishes = wishesOf(args)
    if (args.compare !== undefined) {
      const { compareRuns } = await import('../_run-difference.ts')
      return compareRuns([args.compare, args.dataset], wishes)
    }
    const { openPairDataset } = await import('../../evaluation/node/dataset.ts')
    const dataset = await openPairDataset(
      args.dataset,
      args.photos === undefined ? {} : { photos: args.photos },
    )
    const { openForCli } = await import('../_open.ts')
    const xfmr = await openForCli(terminal, {
      ...(args.model ? { recogniser: args.model } : {}),
      flip: args.flip ?? false,
    })
    const run = await withEmbedder(wishes, dataset, xfmr, terminal, embedPhotos =>
      runProtocol(wishes, dataset, embedPhotos),
    )
    const result: EvaluationResult = evaluationResult.parse({
      version: packageJson.version,
      pipeline: xfmr.pipeline,
      dataset: args.dataset,
      date: wishes.date,
      face: wishes.face,
      failurePolicy: wishes.failurePolicy,
      intervals: { level: 0.95, resamples: wishes.resamples, seed: args.seed },
      ...run.result,
    })
    const { evaluationText, writeCalibration, writeReport } = await import('../_evaluation.ts')
    if (args.calibration !== undefined) await writeCalibration(args.calibration, wishes, result, run)
    if (args.out !== undefined) await writeReport(args.out, wishes, dataset, xfmr, result, run)
    await xfmr.release()
    return { json: result, text: evaluationText(result, args.out) }
  },
})

// --- internal ---

export type Wishes = ReturnType<typeof wishesOf>

const wishesOf = (args: ParsedArgs<typeof ARGS>) => {
  const protocol = choiceOption('protocol', args.protocol, ['lfw', 'pairs'])
  if (protocol === 'lfw' && (args.condition !== undefined || args.synthetic)) {
    throw new XfmrError(
      'E_USAGE',
      'The LFW protocol has no masks: --condition and --synthetic go with --protocol pairs.',
    )
  }
  const stated = args.condition === undefined ? null : choiceOption('condition', args.condition, CONDITIONS)
  const condition: Condition | null = protocol === 'lfw' ? 'bare-bare' : stated
  if (args.calibration !== undefined && condition === null) {
    throw new XfmrError('E_USAGE', 'A calibration is made for one condition: say which with --condition.')
  }
  const face = choiceOption('face', args.face, ['central', 'largest', 'only'])
  const choice: FaceChoice | undefined = face === 'only' ? undefined : face
  return {
    protocol,
    condition,
    synthetic: args.synthetic ?? false,
    face,
    choice,
    failurePolicy: choiceOption('failures', args.failures, ['reject', 'exclude']),
    resamples: numberOption('resamples', args.resamples, {
      fallback: 1000,
      min: 10,
      max: 1e6,
      integer: true,
    }),
    seed: args.seed,
    jobs: numberOption('jobs', args.jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    }),
    cache: args.cache,
    fresh: args.fresh ?? false,
    date: new Date().toISOString().slice(0, 10),
  }
}

const withEmbedder = async <T>(
  { face, choice, jobs, cache: folder, fresh }: Wishes,
  { root }: PairDataset,
  xfmr: Xfmr,
  terminal: Terminal,
  work: (embedPhotos: EmbedPhotos) => Promise<T>,
): Promise<T> => {
  const [{ openEmbeddingCache }, { photoEmbedder }, { defaultHome }] = await Promise.all([
    import('../../evaluation/node/embedding-cache.ts'),
    import('../../evaluation/node/photo-embedder.ts'),
    import('../../models/node.ts'),
  ])
  const place = folder ?? join(defaultHome(), 'embeddings')
  const cache = fresh ? undefined : await openEmbeddingCache(place, xfmr.pipeline, face)
  const bar = await progress(terminal, 'embed', 0)
  try {
    return await work(
      photoEmbedder({
        root,
        xfmr,
        jobs,
        onProgress: (done, total) => bar.update(done, total),
        ...(choice === undefined ? {} : { face: choice }),
        ...(cache ? { cache } : {}),
      }),
    )
  } finally {
    bar.stop()
    await cache?.close()
  }
}

const runProtocol = async (
  { protocol, condition, synthetic, failurePolicy, resamples, seed }: Wishes,
  { list }: PairDataset,
  embedPhotos: EmbedPhotos,
): Promise<ProtocolRun> => {
  const { runLfw, runPairs } = await import('../../evaluation/protocols/verification.ts')
  const options = { failurePolicy, resamples, seed }
  if (protocol === 'lfw') return runLfw(list, embedPhotos, options)
  return runPairs(list, embedPhotos, { ...options, facts: { name: 'pairs', condition, synthetic } })
}
