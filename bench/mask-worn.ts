/**
 * The worn-mask detector on photos that it was not trained on: LFW bare and with synthetic masks of every kind, and the real masks
 * of RMFRD (`0_0_*`, padded by half: its crops are tight). Writes docs/mask-worn.md. `npm run bench:mask-worn [-- photos]`
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { wilson } from '../src/evaluation/intervals.ts'
import { padder } from '../src/evaluation/photo-change.ts'
import { type COVERAGES, type MaskType, REAL_TYPES, randomRecipe } from '../src/masking/recipe.ts'
import { renderMask } from '../src/masking/render.ts'
import { errorToJson, openXfmr, type Photo, readPhoto } from '../src/node.ts'

const data = process.env.XFMR_DATA ?? '../shared/data'
const count = Number(process.argv[2] ?? 300)
if (!existsSync(join(data, 'lfw'))) {
  console.log(`skipped: there is no ${join(data, 'lfw')}; set XFMR_DATA`)
  process.exit(0)
}
const xfmr = await openXfmr()

/** Calls by state, faces that were not found, and how many faces in all. */
type Tally = { label: string; covered: boolean; states: Record<string, number>; missed: number }
const tallies: Tally[] = []

const tally = async (label: string, covered: boolean, photos: AsyncIterable<Photo>): Promise<void> => {
  const row: Tally = { label, covered, states: { none: 0, worn: 0, 'nose-out': 0, chin: 0 }, missed: 0 }
  for await (const photo of photos) {
    try {
      const { a } = await xfmr.compare(photo, photo, { faceA: 'central', faceB: 'central' })
      row.states[a.mask!.state]!++
    } catch (error) {
      if (errorToJson(error).code !== 'E_NO_FACE') throw error
      row.missed++
    }
  }
  tallies.push(row)
  console.log(line(row))
}

/** Right means: a mask over the mouth is called worn or nose-out, anything else none or chin. */
const line = ({ label, covered, states, missed }: Tally): string => {
  const called = states.worn! + states['nose-out']!
  const found = called + states.none! + states.chin!
  const right = covered ? called : found - called
  const [low, high] = wilson(right / found, found, 0.95).map(value => (100 * value).toFixed(1))
  const shares = `${states.none} | ${states.worn} | ${states['nose-out']} | ${states.chin}`
  return `| ${label} | ${found} | ${missed} | ${shares} | ${((100 * right) / found).toFixed(1)} [${low}, ${high}] |`
}

const lfwNames = (await readFile(join(data, 'lfw/pairs.txt'), 'utf8'))
  .split('\n')
  .map(text => text.split('\t'))
  .filter(words => words.length === 4)
  .map(([name, number]) => `${name}/${name}_${number!.padStart(4, '0')}.jpg`)
const names = [...new Set(lfwNames)].slice(0, count)

async function* lfw(): AsyncGenerator<Photo> {
  for (const name of names) yield readPhoto(join(data, 'lfw/images', name))
}

async function* masked(type: MaskType, coverage: (typeof COVERAGES)[number]): AsyncGenerator<Photo> {
  for (const name of names) {
    const photo = await readPhoto(join(data, 'lfw/images', name))
    const face = await xfmr.findFace(photo, 'central')
    yield renderMask(photo, face, randomRecipe('bench', name, { type, coverage })).photo
  }
}

async function* rmfrd(wanted: boolean): AsyncGenerator<Photo> {
  const pad = padder(0.5)
  const rows = (await readFile(join(data, 'rmfrd/index.csv'), 'utf8')).trim().split('\n').slice(1)
  for (const row of rows) {
    const [, file, flag] = row.split(',') as [string, string, string]
    if ((flag.trim() === '1') !== wanted || !/\/0_0_/.test(file)) continue
    yield (await pad.apply(await readPhoto(join(data, 'rmfrd', file)), file)).photo
  }
}

await tally('LFW, bare', false, lfw())
for (const type of REAL_TYPES) await tally(`LFW, ${type}`, true, masked(type, 'high'))
await tally('LFW, surgical, medium', true, masked('surgical', 'medium'))
await tally('LFW, surgical, nose out', true, masked('surgical', 'nose-out'))
await tally('LFW, surgical, on the chin', false, masked('surgical', 'chin'))
for (const type of ['wide-high', 'round-medium', 'wide-low'] as const) {
  await tally(`LFW, flat ${type}`, true, masked(type, 'high'))
}
if (existsSync(join(data, 'rmfrd'))) {
  await tally('RMFRD 0_0, labelled bare', false, rmfrd(false))
  await tally('RMFRD 0_0, labelled masked (real masks)', true, rmfrd(true))
}
await writeFile('docs/mask-worn.md', document())

function document(): string {
  return `# Worn-mask detector: measured

Made by \`npm run bench:mask-worn\`. The detector was trained on CelebA photos with synthetic masks ([card](../models/mask-worn.md)); neither LFW nor RMFRD took part.
Right means that a mask over the mouth was called worn or nose-out, and everything else none or on the chin; 95 % Wilson intervals. Masks on LFW are
synthetic; those of RMFRD are real, but its labels are noisy (masks on chins, wrong files), so part of its errors are not the detector's.

| photos | faces | not found | none | worn | nose-out | chin | right, % |
|---|---|---|---|---|---|---|---|
${tallies.map(line).join('\n')}
`
}
