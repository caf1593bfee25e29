/**
 * Why real masks cost so much: takes RMFRD (`0_0_*`, test only) and LFW apart, one cause at a time, and writes the
 * measured part of docs/real-masks.md. `npm run bench:real-masks`; the photos come from XFMR_DATA. The first time takes
 * some twenty minutes, later ones read the embedding cache.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareAll, type EmbeddedPhoto } from '../src/evaluation/all-against-all.ts'
import { bootstrapDifference } from '../src/evaluation/bootstrap.ts'
import type { FolderPhoto } from '../src/evaluation/folder-photos.ts'
import { quantile } from '../src/evaluation/intervals.ts'
import { type MeasurementOptions, measurePairs, STATISTICS } from '../src/evaluation/measurement.ts'
import { openPairDataset } from '../src/evaluation/node/dataset.ts'
import { openEmbeddingCache } from '../src/evaluation/node/embedding-cache.ts'
import { openFolderDataset } from '../src/evaluation/node/folder-dataset.ts'
import { alignedFace, photoEmbedder } from '../src/evaluation/node/photo-embedder.ts'
import { masker, padder } from '../src/evaluation/photo-change.ts'
import {
  compareSides,
  embedEach,
  type OutcomesByPhoto,
  type ScoredList,
} from '../src/evaluation/protocols/outcomes.ts'
import type { FailurePolicy, ScoredPair } from '../src/evaluation/scores.ts'
import type { Face } from '../src/face/face.ts'
import { createLandmarker } from '../src/face/landmarks.ts'
import { apply } from '../src/image/affine.ts'
import type { Point } from '../src/image/photo.ts'
import { readQuality } from '../src/masking/quality.ts'
import { defaultHome, modelStore, openXfmr, readPhoto } from '../src/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { createRandom } from '../src/random.ts'
import { percent } from '../src/report/numbers.ts'
import type { Xfmr } from '../src/xfmr.ts'
import { alignedBy, cutter, inTurn, paddedWith, stretcher, type Way, withHighBox } from './_real-mask-ways.ts'

const data = process.env.XFMR_DATA ?? '../shared/data'
const DOCUMENT = 'docs/real-masks.md'
const SEED = 'real-masks'
const RESAMPLES = 200
/** Undoes the squares of RMFRD: its bare boxes are 1.03 times as high as wide, those of LFW 1.44 times. */
const STRETCH = 1.4

for (const folder of ['rmfrd', 'lfw']) {
  if (existsSync(join(data, folder))) continue
  console.log(`skipped: there is no ${join(data, folder)}; set XFMR_DATA`)
  process.exit(0)
}

const store = modelStore()
const xfmr = await openXfmr({ store, threads: 1, unmask: 'never' })
const landmarker = createLandmarker(await nodeRuntime({ threads: 1 }).load(await store.bytes('landmarks')))
const written: string[] = []
const write = (line = ''): void => {
  console.log(line)
  written.push(line)
}

const toolsOf = (way: Way): Pick<Xfmr, 'findFace' | 'examine'> => ({
  findFace: way.findFace ?? xfmr.findFace,
  examine: async (photo, face) => {
    const aligned = (way.align ?? xfmr.align)(photo, face)
    const [embedding] = await xfmr.embed([aligned])
    return { face, aligned, embedding: embedding!, mask: null, unmasked: false }
  },
})
const embed = async (root: string, photos: readonly string[], way: Way): Promise<OutcomesByPhoto> => {
  const choice = way.key === '' ? 'central' : `central ${way.key}`
  const cache = await openEmbeddingCache(join(defaultHome(), 'embeddings'), xfmr.pipeline, choice)
  const { change } = way
  const run = photoEmbedder({ root, xfmr: toolsOf(way), face: 'central', cache, ...(change && { change }) })
  try {
    return await embedEach(photos, run)
  } finally {
    await cache.close()
  }
}

type Scored = { readonly pairs: ScoredList['pairs']; readonly options: MeasurementOptions }

const row = (cells: readonly (string | number)[]): void => write(`| ${cells.join(' | ')} |`)
const header = (...cells: readonly string[]): void => {
  row(cells)
  row(cells.map((_, i) => (i === 0 ? '---' : '---:')))
}
const points = (value: number): string => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`

/** EER, FNMR at FMR 1 % and both means; then the EER's difference from another way on the same comparisons. */
const numbers = ({ pairs, options }: Scored, before?: Scored): string[] => {
  const { eer, fmr100, gMean, iMean, intervals } = measurePairs(pairs, options)
  const range = (name: string, show: (value: number) => string): string =>
    `[${intervals[name]!.map(show).join(', ')}]`
  const { level: _, scores: __, ...resampling } = options as MeasurementOptions & { level?: number }
  const change = before && differenceOf(before.pairs, pairs, resampling)
  return [
    `${percent(eer)} ${range('eer', percent)}`,
    percent(fmr100),
    gMean!.toFixed(3),
    iMean!.toFixed(3),
    change ? `${points(change.value)} [${change.interval!.map(points).join(', ')}]` : '',
  ]
}
const differenceOf = (before: ScoredList['pairs'], after: ScoredList['pairs'], options: MeasurementOptions) =>
  bootstrapDifference(
    before,
    after.map(({ score }) => score),
    { eer: STATISTICS.eer },
    options,
  ).eer

const HEADER = [
  'EER',
  'FNMR at FMR 1 %',
  'genuine mean',
  'impostor mean',
  'EER against the row it builds on, points',
]

// --- RMFRD ---

const rmfrd = await openFolderDataset(join(data, 'rmfrd'), { include: '0_0_*' })
const bare = rmfrd.photos.filter(({ masked }) => !masked)
const masked = rmfrd.photos.filter(photo => photo.masked)
const embedOf = async (photos: readonly FolderPhoto[], way: Way): Promise<EmbeddedPhoto[]> => {
  const outcomes = await embed(
    rmfrd.root,
    photos.map(({ photo }) => photo),
    way,
  )
  return photos.map(({ photo, identity }) => ({ photo, identity, outcome: outcomes.get(photo)! }))
}
const scored = (
  references: readonly EmbeddedPhoto[],
  probes: readonly EmbeddedPhoto[],
  failurePolicy: FailurePolicy = 'reject',
): Scored => {
  const random = createRandom(SEED, 'sample')
  const { pairs, all } = compareAll(references, probes, { keep: 10_000, random, failurePolicy })
  const options = { resamples: RESAMPLES, seed: SEED, failurePolicy, ...(all && { scores: all.scores }) }
  return { pairs, options }
}

const pad = padder(0.5)
const tall = inTurn(stretcher(STRETCH), pad)
const plain: Way = { key: '', change: pad }
const stretched: Way = { key: '', change: tall }
const highBox = (ratio: number) => ({
  key: `box ${ratio}`,
  findFace: withHighBox(xfmr.findFace, landmarker, ratio),
})
const bareFaces = await embedOf(bare, plain)
const maskedFaces = await embedOf(masked, plain)
const bareTall = await embedOf(bare, stretched)
const maskedTall = await embedOf(masked, stretched)
const base = scored(bareFaces, maskedFaces)
const natural = scored(bareTall, maskedTall)

write(`### RMFRD \`0_0_*\`, ${bare.length} bare and ${masked.length} masked photos`)
write()
header('bare-bare', ...HEADER)
const bareBare = scored(bareFaces, bareFaces)
row(['as it is', ...numbers(bareBare)])
const bareBareTall = scored(bareTall, bareTall)
row([`photos ${STRETCH} times as high`, ...numbers(bareBareTall, bareBare)])
write()
header('bare-masked', ...HEADER)
row(['as it is', ...numbers(base)])
row(['failures to detect left out', ...numbers(scored(bareFaces, maskedFaces, 'exclude'))])
const bridge = await meanBridge()
const WAYS: readonly (readonly [string, Way])[] = [
  ['no padding', { key: '' }],
  ['padded with black', { key: '', change: paddedWith(0.5, 0) }],
  ['eyes count six times', { ...plain, key: 'eyes 6', align: alignedBy([6, 6, 1, 1, 1]) }],
  ['eyes only', { ...plain, key: 'eyes only', align: alignedBy([1, 1, 0, 0, 0]) }],
  ['eyes and bridge of the nose', { ...plain, key: 'bridge', align: alignedBy([1, 1, 0, 0, 0, 1], bridge) }],
  ['box at least 1.05 times as high as wide', { ...plain, ...highBox(1.05) }],
]
for (const [name, way] of WAYS) {
  row([`masked photo: ${name}`, ...numbers(scored(bareFaces, await embedOf(masked, way)), base)])
}
row([`all photos ${STRETCH} times as high`, ...numbers(natural, base)])
const tallBox = await embedOf(masked, { ...stretched, ...highBox(STRETCH) })
const best = scored(bareTall, tallBox)
row([`and boxes at least ${STRETCH} times as high as wide`, ...numbers(best, natural)])
write()

// Labels: bare photos that agree with another bare photo of the person.
header('labels, quality (photos stretched, high boxes)', ...HEADER)
const agreeing = (strict: 'fmr100Threshold' | 'fmr1000Threshold'): EmbeddedPhoto[] => {
  const threshold = measurePairs(bareBareTall.pairs, { ...bareBareTall.options, resamples: 2 })[strict]
  const sure = new Set<string>()
  for (const { a, b, genuine, score } of bareBareTall.pairs) {
    if (genuine && score !== null && score >= threshold) sure.add(a.photo).add(b.photo)
  }
  return bareTall.filter(({ photo }) => sure.has(photo))
}
row([`all ${bareTall.length} bare photos`, ...numbers(best)])
for (const [rate, name] of [
  ['1 %', 'fmr100Threshold'],
  ['0.1 %', 'fmr1000Threshold'],
] as const) {
  const sure = agreeing(name)
  row([
    `the ${sure.length} that match another one of the person at FMR ${rate}, with each other`,
    ...numbers(scored(sure, sure)),
  ])
  row([`the same with all masked photos`, ...numbers(scored(sure, tallBox))])
}
const blurs = new Map<string, number>()
for (const { photo } of masked) blurs.set(photo, await blurOf(rmfrd.root, photo, stretched))
const middle = medianOf([...blurs.values()])
const half = (keep: (blur: number) => boolean): EmbeddedPhoto[] =>
  tallBox.filter(({ photo }) => keep(blurs.get(photo)!))
row([
  'the sharper half of the masked photos',
  ...numbers(
    scored(
      bareTall,
      half(blur => blur <= middle),
    ),
  ),
])
row([
  'the less sharp half',
  ...numbers(
    scored(
      bareTall,
      half(blur => blur > middle),
    ),
  ),
])
const worn = new Set(masked.map(({ identity }) => identity))
const drawnOn = bare.filter(({ identity }) => worn.has(identity))
const draw = masker(xfmr.findFace, { seed: SEED, face: 'central' })
const drawn = await embedOf(drawnOn, { ...highBox(STRETCH), change: inTurn(tall, draw) })
row(['masks drawn on the bare photos of the same people', ...numbers(scored(bareTall, drawn))])
write()

/** Of scores that look like impostors', half lie below their median; so twice the genuine ones below it, at most. */
const stray = ({ pairs }: Scored): string => {
  const scores = (genuine: boolean): number[] =>
    pairs
      .filter((pair: ScoredPair) => pair.genuine === genuine && pair.score !== null)
      .map(({ score }) => score!)
      .sort((a, b) => a - b)
  const median = quantile(scores(false), 0.5)
  const own = scores(true)
  return percent((2 * own.filter(score => score < median).length) / own.length)
}
write(
  `Genuine comparisons that score like impostors (at most): bare-bare ${stray(bareBare)}, stretched ${stray(bareBareTall)}; bare-masked ${stray(base)}, stretched and with high boxes ${stray(best)}.`,
)
write()

// --- LFW ---

/** More folds, narrower intervals: `npm run bench:real-masks -- 1,2,3`. */
const FOLDS = (process.argv[2] ?? '1').split(',').map(Number)
const lfw = await openPairDataset(join(data, 'lfw'))
const lfwPairs = lfw.list.pairs.filter(({ fold }) => FOLDS.includes(fold))
const known = new Map<string, Face>()
const firsts = [...new Set(lfwPairs.flatMap(({ a, b }) => [a.photo, b.photo]))]
// The masks of docs/results.md.
const mask = masker(xfmr.findFace, { seed: '1', face: 'central', known })
const cut = (squeeze: boolean, factor: number) => cutter(xfmr.findFace, known, { squeeze, factor })
const lfwBlur = async (way: Way): Promise<number> => {
  const values: number[] = []
  for (const photo of firsts.slice(0, 60)) values.push(await blurOf(lfw.root, photo, way))
  return medianOf(values)
}
const goal = middle
let factor = 1
for (const next of [1.5, 2, 2.5, 3, 3.5, 4, 5]) {
  if ((await lfwBlur({ key: '', change: inTurn(cut(false, factor), pad) })) >= goal) break
  factor = next
}
const smaller = factor === 1 ? '' : `, ${factor} times smaller`
write(`### LFW, ${lfwPairs.length} pairs (folds ${FOLDS.join(', ')}), made like RMFRD step by step`)
write()
write(
  `Blur of the aligned eyes, in pixels, median: RMFRD masked ${goal.toFixed(2)}, LFW ${(await lfwBlur({ key: '' })).toFixed(2)}, cut out${smaller} ${(await lfwBlur({ key: '', change: inTurn(cut(false, factor), pad) })).toFixed(2)}.`,
)
write()
header(
  '',
  ...['bare-bare', 'bare-masked (drawn)'].flatMap(name => [
    `${name}: EER`,
    'FNMR at FMR 1 %',
    'against the row above, points',
  ]),
)
let above: readonly [Scored, Scored] | undefined
for (const [name, changes, way] of [
  ['as it is', [], {}],
  ['high boxes (1.4)', [], highBox(STRETCH)],
  [`cut out along the box${smaller}, grey around`, [cut(false, factor), pad], {}],
  ['squeezed into a square', [cut(true, factor), pad], {}],
  ['boxes at least 1.05 times as high as wide', [cut(true, factor), pad], highBox(1.05)],
] as const) {
  const embedded = async (
    list: readonly string[],
    steps: readonly (typeof pad)[],
  ): Promise<OutcomesByPhoto> =>
    embed(lfw.root, list, { key: '', ...way, ...(steps.length > 0 && { change: inTurn(...steps) }) })
  const clean = await embedded(firsts, changes)
  const covered = await embedded(
    lfwPairs.map(({ b }) => b.photo),
    [mask, ...changes],
  )
  const options: MeasurementOptions = { resamples: RESAMPLES, seed: SEED }
  const now = [
    { pairs: await compareSides(lfwPairs, clean, clean), options },
    { pairs: await compareSides(lfwPairs, clean, covered), options },
  ] as const
  const cells = now.map((side, i) => numbers(side, above?.[i]))
  row([name, ...cells.flatMap(([eer, fmr100, , , change]) => [eer!, fmr100!, change!])])
  above = now
}
write()

const [start, end] = ['<!-- measured: begin -->', '<!-- measured: end -->']
const text = readFileSync(DOCUMENT, 'utf8')
const [head, tail] = [text.split(start)[0]!, text.split(end)[1]!]
writeFileSync(DOCUMENT, `${head}${start}\n\n${written.join('\n')}\n${end}${tail}`)

// --- internal ---

function medianOf(values: readonly number[]): number {
  return quantile(
    values.filter(Number.isFinite).toSorted((a, b) => a - b),
    0.5,
  )
}

/** How blurred the aligned eyes are, in pixels; NaN without a face. */
async function blurOf(root: string, photo: string, way: Way): Promise<number> {
  const { change } = way
  const wishes = { root, xfmr: toolsOf(way), face: 'central' as const, change }
  const face = await alignedFace(wishes, photo).catch(() => undefined)
  return face ? readQuality(face, { left: 16, top: 34, width: 80, height: 34 }).blur : Number.NaN
}

/** Where the bridge of the nose lies in aligned faces of LFW, on average. */
async function meanBridge(): Promise<Point> {
  let [x, y, count] = [0, 0, 0]
  const { list, root } = await openPairDataset(join(data, 'lfw'))
  for (const { a } of list.pairs.slice(0, 200)) {
    const photo = await readPhoto(join(root, a.photo))
    const face = await xfmr.findFace(photo, 'central')
    const [u, v] = apply(xfmr.align(photo, face).transform, face.landmarks[27]!)
    x += u
    y += v
    count++
  }
  return [x / count, y / count]
}
