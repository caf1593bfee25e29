import packageJson from '../../../../package.json' with { type: 'json' }
import { METHOD_IDS } from '../../methods.ts'
import { bestCheap, measuredFile } from '../measured-file.ts'
import { type FaithfulnessResult, faithfulnessResult } from '../result.ts'
import { differencesFrom, summarise } from '../summary.ts'
import { runStudy, type StudyOptions } from './study.ts'

/** What others are held against, where they were measured. */
const REFERENCES = ['gradcam', 'centre', 'corrrise', 'xface', 'minplus', 'fggb', 'scorecam']

/** Methods that are measured when nobody says which: all, and some at the layer before the last resolution. */
export const STUDIED: readonly string[] = [
  ...METHOD_IDS,
  'hirescam@14x14',
  'layercam@14x14',
  'layercam@7x7',
  'elementwise@14x14',
]

/** Runs a study and puts its results together. */
export const measureFaithfulness = async (
  options: StudyOptions & { readonly dataset: string; readonly date: string },
): Promise<FaithfulnessResult> => {
  const { methods, seed, size, dataset, date } = options
  const { rows, threshold, pipelines, failed, cutShort } = await runStudy(options)
  const summaries = summarise(
    rows,
    methods.map(({ id }) => id),
    { threshold, seed },
  )
  const best = bestCheap(measuredFile(summaries, { pipeline: pipelines.corrected, dataset, date }))
  const others = REFERENCES.filter(id => id !== best && summaries.some(summary => summary.id === id))
  return faithfulnessResult.parse({
    protocol: 'faithfulness',
    version: packageJson.version,
    dataset,
    date,
    pipelines,
    threshold,
    pairs: size.pairs,
    seed,
    failed,
    cutShort,
    best,
    methods: summaries,
    differences: best === null ? [] : differencesFrom(rows, best, others, { threshold, seed }),
  })
}

/** How many pairs each measurement gets when a study is to have so many. */
export const studySize = (pairs: number): StudyOptions['size'] => ({
  pairs,
  more: Math.ceil(pairs / 2),
  dearPairs: Math.ceil(pairs / 3),
  dearMore: Math.ceil(pairs / 8),
})
