/**
 * Measures the explainable cosine: `npm run bench:xcos [-- PAIRS [DATA]]`, by default on 1,200 pairs of LFW, evenly from all folds.
 * Prints the measured part of docs/xcos.md; how faithful S W is, `npm run bench:faithfulness` says. Takes minutes: LFW photos are embedded bare and with a drawn mask, with the correction and without.
 */

import { join } from 'node:path'
import { exactDistribution } from '../src/evaluation/distribution.ts'
import { crossValidatedAccuracy } from '../src/evaluation/folds.ts'
import { measure } from '../src/evaluation/metrics.ts'
import { openPairDataset } from '../src/evaluation/node/dataset.ts'
import { scoresOf } from '../src/evaluation/scores.ts'
import {
  REGIONS,
  type RegionName,
  regionShares,
  sharedRegions,
  sumByRegion,
} from '../src/explanation/regions.ts'
import { createXCosScorer } from '../src/explanation/xcos/scorer.ts'
import { productsOf, type XCos } from '../src/explanation/xcos/xcos.ts'
import type { AlignedFace } from '../src/face/face.ts'
import { randomRecipe } from '../src/masking/recipe.ts'
import { alignRegion } from '../src/masking/region.ts'
import { renderMask } from '../src/masking/render.ts'
import { ownModelIfAny } from '../src/models/node/own.ts'
import { cosine, openXfmr, type Photo, readModel, readPhoto, withCorrection } from '../src/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { correlation } from '../src/training/xcos/validation.ts'
import type { EmbeddedFace, Xfmr } from '../src/xfmr.ts'

const WANTED = Number(process.argv[2] ?? 1200)
const DATA =
  process.argv[3] ?? process.env.XFMR_DATA ?? new URL('../../shared/data', import.meta.url).pathname
const MODEL = process.env.XFMR_XCOS
const CASES = Number(process.env.XFMR_CASES ?? 40)

const EYES: readonly RegionName[] = ['left-eye', 'right-eye', 'brows']

type View = {
  readonly own: EmbeddedFace
  readonly corrected: EmbeddedFace
  /** Share of each cell behind the drawn mask. */
  readonly covered: Float64Array | undefined
}

const runtime = nodeRuntime()
const xfmr = await openXfmr(MODEL ? { xcosModel: MODEL } : {})
const trained = xfmr.models.some(({ role }) => role === 'xcos')
const correction = await ownModelIfAny('unmask')
const { graph, contract } = xfmr.recogniser
const untrained = createXCosScorer(runtime, {
  recogniser: { graph, contract },
  ...(correction && { corrected: withCorrection(graph, contract, readModel(correction.bytes)) }),
})
const FORMS: readonly [name: string, score: Xfmr['xcos']][] = [
  ['not trained', untrained.score],
  ...(trained ? [['trained', xfmr.xcos] as [string, Xfmr['xcos']]] : []),
]

const { root, list } = await openPairDataset(join(DATA, 'lfw'))
// Evenly from all folds: each begins with its genuine pairs.
const step = Math.max(1, Math.floor(list.pairs.length / WANTED))
const pairs = list.pairs.filter((_, i) => i % step === 0)
const lines: string[] = []
const say = (line = ''): void => {
  lines.push(line)
  console.error(line)
}
const fixed = (value: number, digits = 4): string => value.toFixed(digits)
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0)

const bare = new Map<string, View>()
const masked = new Map<string, View>()
for (const photo of new Set(pairs.flatMap(({ a, b }) => [a.photo, b.photo]))) {
  try {
    const original = await readPhoto(join(root, photo))
    const face = await xfmr.findFace(original, 'central')
    bare.set(photo, await viewOf(original))
    const drawn = renderMask(original, face, randomRecipe('1', photo))
    const view = await viewOf(drawn.photo)
    masked.set(photo, { ...view, covered: coveredCells({ ...drawn.photo, data: drawn.region }, view.own) })
  } catch (error) {
    console.error(`${photo}: ${(error as Error).message}`)
  }
}

say('# xCos, measured')
say()
say(
  `By \`npm run bench:xcos\` on ${pairs.length} pairs of LFW, evenly from all folds, masks drawn at random (seed 1). Recogniser ${xfmr.recogniser.pipeline}; correction for masks: ${correction ? 'yes' : 'none'}; trained xCos: ${trained ? 'yes' : 'none'}.`,
)
await accuracy()
await exactness()
await behindMasks()
await cost()
await composites()
console.log(lines.join('\n'))
await Promise.all([xfmr.release(), untrained.release()])

async function viewOf(photo: Photo): Promise<View> {
  const face = await xfmr.findFace(photo, 'central')
  const own = await xfmr.examine(photo, face, { unmask: 'never', grid: true })
  const corrected = correction ? await xfmr.examine(photo, face, { grid: true }) : own
  return { own, corrected, covered: undefined }
}

function coveredCells(region: Parameters<typeof alignRegion>[0], { aligned }: EmbeddedFace): Float64Array {
  const { data } = alignRegion(region, aligned.transform)
  const cells = new Float64Array(49)
  data.forEach((value, i) => {
    cells[Math.floor(i / 112 / 16) * 7 + Math.floor((i % 112) / 16)]! += value / 255 / 256
  })
  return cells
}

async function accuracy(): Promise<void> {
  say()
  say('## As a score')
  say()
  say(
    '| pairs | network | score | accuracy % | EER % | correlation with the cosine of bare faces | genuine mean | impostor mean |',
  )
  say('|---|---|---|---|---|---|---|---|')
  const conditions = [
    ['bare, bare', bare, bare],
    ['bare, masked', bare, masked],
    ['masked, masked', masked, masked],
  ] as const
  for (const [condition, first, second] of conditions) {
    for (const network of correction && second === masked
      ? (['own', 'corrected'] as const)
      : (['own'] as const)) {
      const usable = pairs.filter(({ a, b }) => first.has(a.photo) && second.has(b.photo))
      const teacher = usable.map(({ a, b }) =>
        cosine(bare.get(a.photo)!.own.embedding, bare.get(b.photo)!.own.embedding),
      )
      const row = (name: string, scores: readonly number[]): void => {
        const side = (same: boolean) =>
          exactDistribution(
            scores.filter((_, i) => usable[i]!.same === same),
            0,
          )
        const metrics = measure(scoresOf(side(true), side(false)))
        const { accuracy } = crossValidatedAccuracy(
          usable.map((pair, i) => ({
            identities: [pair.a.identity, pair.b.identity] as const,
            genuine: pair.same,
            score: scores[i]!,
            // Two folds at least, however few pairs are taken.
            fold: new Set(usable.map(({ fold }) => fold)).size > 1 ? pair.fold : 1 + (i % 2),
          })),
        )
        say(
          `| ${condition} | ${network} | ${name} | ${fixed(100 * accuracy, 2)} | ${fixed(100 * metrics.eer, 2)} | ${fixed(correlation(scores, teacher), 3)} | ${fixed(metrics.gMean!, 3)} | ${fixed(metrics.iMean!, 3)} |`,
        )
      }
      const embeddings = usable.map(
        ({ a, b }) =>
          [first.get(a.photo)![network].embedding, second.get(b.photo)![network].embedding] as const,
      )
      row(
        'cosine',
        embeddings.map(([a, b]) => cosine(a, b)),
      )
      for (const [form, score] of FORMS) {
        const scored: XCos[] = []
        for (const [a, b] of embeddings) scored.push(await score(a, b))
        row(
          `xCos, ${form}`,
          scored.map(({ score }) => score),
        )
        row(
          `mean of S, ${form}`,
          scored.map(({ similarity }) => mean([...similarity])),
        )
      }
    }
  }
}

async function exactness(): Promise<void> {
  say()
  say('## Exactness')
  say()
  for (const [form, score] of FORMS) {
    let [same, off, weight] = [0, 0, 0]
    const usable = pairs.filter(({ a, b }) => bare.has(a.photo) && bare.has(b.photo)).slice(0, 1000)
    for (const { a, b } of usable) {
      const [one, other] = [bare.get(a.photo)!.own.embedding, bare.get(b.photo)!.own.embedding]
      const [there, back] = [await score(one, other), await score(other, one)]
      const equal =
        there.similarity.every((value, i) => value === back.similarity[i]) &&
        there.attention.every((value, i) => value === back.attention[i])
      if (equal && there.score === back.score) same++
      off = Math.max(off, Math.abs(sum(productsOf(there)) - there.score))
      weight = Math.max(weight, Math.abs(sum(there.attention) - 1))
    }
    say(
      `- ${form}: of ${usable.length} pairs ${same} give the same numbers in both directions, bit for bit; the products miss the score by ${off.toExponential(1)} at most, the attention misses 1 by ${weight.toExponential(1)} at most.`,
    )
  }
}

async function behindMasks(): Promise<void> {
  say()
  say('## Behind masks')
  say()
  say(
    'Share of W and of |S W| in the part of the grid that the drawn mask covers on the second photo; the same cells of the same pairs before the mask was drawn; and what an even spread would have there.',
  )
  say()
  say('| network | xCos | even spread | W, no mask | W, mask | \\|S W\\|, no mask | \\|S W\\|, mask |')
  say('|---|---|---|---|---|---|---|')
  const usable = pairs.filter(({ a, b }) => bare.has(a.photo) && masked.has(b.photo))
  for (const network of correction ? (['own', 'corrected'] as const) : (['own'] as const)) {
    for (const [form, score] of FORMS) {
      const shares: number[][] = []
      for (const { a, b } of usable) {
        const { covered, ...mask } = masked.get(b.photo)!
        const first = bare.get(a.photo)!
        const without = await score(first[network].embedding, bare.get(b.photo)![network].embedding)
        const worn = await score(first[network].embedding, mask[network].embedding)
        const within = (values: Float64Array): number => {
          const sizes = values.map(Math.abs)
          return sum(sizes.map((value, i) => value * covered![i]!)) / sum(sizes)
        }
        shares.push([
          mean([...covered!]),
          within(without.attention),
          within(worn.attention),
          within(productsOf(without)),
          within(productsOf(worn)),
        ])
      }
      const columns = [0, 1, 2, 3, 4].map(k => `${fixed(100 * mean(shares.map(row => row[k]!)), 1)} %`)
      say(`| ${network} | ${form} | ${columns.join(' | ')} |`)
    }
  }
}

async function cost(): Promise<void> {
  const files = pairs.slice(0, 12)
  const photos = await Promise.all(
    files.flatMap(({ a, b }) => [a, b]).map(({ photo }) => readPhoto(join(root, photo))),
  )
  const times: number[][] = []
  for (let i = 0; i + 1 < photos.length; i += 2) {
    const options = { faceA: 'central', faceB: 'central' } as const
    const start = performance.now()
    const { timings, a, b } = await xfmr.compare(photos[i]!, photos[i + 1]!, options)
    const whole = performance.now() - start
    const before = performance.now()
    await untrained.score(a.embedding, b.embedding)
    times.push([whole - timings.xcos, timings.xcos, performance.now() - before])
  }
  const median = (k: number): number =>
    times.map(row => row[k]!).sort((x, y) => x - y)[Math.floor(times.length / 2)]!
  say()
  say('## Cost')
  say()
  say(
    `Median of ${times.length} comparisons, measured in turn: ${trained ? `the trained xCos takes ${fixed((100 * median(1)) / median(0), 1)} %, ` : ''}the form without training ${fixed((100 * median(2)) / median(0), 1)} % of the rest of compare (${fixed(median(0), 0)} ms).`,
  )
}

/** The same photo with one part of another person's face, or with dark glasses: that part should stand out. */
async function composites(): Promise<void> {
  const photos = [...new Set(pairs.map(({ a }) => a.photo))]
    .filter(photo => bare.has(photo))
    .slice(0, CASES + 1)
  const dark = (face: AlignedFace): AlignedFace => ({
    ...face,
    data: new Uint8Array(face.data.length).fill(25),
  })
  const parts: [string, readonly RegionName[], (other: AlignedFace) => AlignedFace][] = [
    ['eyes', EYES, other => other],
    ['nose', ['nose'], other => other],
    ['mouth', ['mouth'], other => other],
    ['eyes behind dark glasses', ['left-eye', 'right-eye'], dark],
  ]
  say()
  say('## Replaced parts')
  say()
  say(
    `${CASES} photos, each against itself with one part taken from another person's aligned face, or the eyes painted over nearly black. How often that part lacks most (attention less what it added), of ${REGIONS.length - 2} parts (eyes and brows count together); how often it is one of the two that lack most; its similarity and that of all other parts.`,
  )
  say()
  say('| xCos | replaced | lacks most | among two | similarity there | elsewhere |')
  say('|---|---|---|---|---|---|')
  for (const [form, score] of FORMS) {
    for (const [label, names, filler] of parts) {
      const results: number[][] = []
      for (let i = 0; i + 1 < photos.length; i++) {
        const [self, other] = [bare.get(photos[i]!)!.own, bare.get(photos[i + 1]!)!.own]
        const [embedding] = await xfmr.embed([replaced(self, filler(other.aligned), names)], {
          unmask: 'never',
          grid: true,
        })
        const xcos = await score(self.embedding, embedding!)
        const own = regionShares(self, xcos)
        const shares = sharedRegions(own, own)
        const [attention, products] = [
          sumByRegion(xcos.attention, shares),
          sumByRegion(productsOf(xcos), shares),
        ]
        // As in the sentences of a report, the eyes count together; here with their brows.
        const groups = [EYES, ...REGIONS.map(({ name }) => [name]).filter(([name]) => !EYES.includes(name!))]
        const lack = (group: readonly RegionName[]): number =>
          sum(group.map(name => attention[name] - products[name]))
        const order = groups.sort((x, y) => lack(y) - lack(x))
        const at = order.findIndex(group => group.includes(names[0]!))
        const there = sum(names.map(name => products[name])) / sum(names.map(name => attention[name]))
        const rest = REGIONS.map(({ name }) => name).filter(name => !names.includes(name))
        const elsewhere = sum(rest.map(name => products[name])) / sum(rest.map(name => attention[name]))
        results.push([Number(at === 0), Number(at < 2), there, elsewhere])
      }
      const [first, second, there, elsewhere] = [0, 1, 2, 3].map(k => mean(results.map(row => row[k]!))) as [
        number,
        number,
        number,
        number,
      ]
      say(
        `| ${form} | ${label} | ${fixed(100 * first, 0)} % | ${fixed(100 * second, 0)} % | ${fixed(there, 3)} | ${fixed(elsewhere, 3)} |`,
      )
    }
  }
}

function replaced(self: EmbeddedFace, other: AlignedFace, names: readonly RegionName[]): AlignedFace {
  // Shares on a fine grid are the part's outline.
  const { shares } = regionShares(self, { width: 56, height: 56 })
  const data = self.aligned.data.map((value, i) => {
    const [x, y] = [Math.floor(i / 3) % 112, Math.floor(i / 3 / 112)]
    const share = sum(names.map(name => shares[name][(y >> 1) * 56 + (x >> 1)]!))
    return Math.round(share * other.data[i]! + (1 - share) * value)
  })
  return { ...self.aligned, data }
}
