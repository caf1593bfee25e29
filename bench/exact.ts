/**
 * On real pairs: do the parts of every explanation add up to the score, and is the score the same both ways round?
 * Takes the first genuine and impostor pairs of LFW in turn. `npm run bench:exact [-- pairs]`
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseLfwPairs } from '../src/evaluation/lfw-pairs.ts'
import { openXfmr, type Photo, readPhoto } from '../src/node.ts'

const data = join(process.env.XFMR_DATA ?? '../shared/data', 'lfw')
const count = Number(process.argv[2] ?? 50)
if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}; set XFMR_DATA`)
  process.exit(0)
}
const { pairs } = parseLfwPairs(await readFile(join(data, 'pairs.txt'), 'utf8'))
const chosen = [true, false].flatMap(same => pairs.filter(pair => pair.same === same).slice(0, count / 2))
const xfmr = await openXfmr()
const options = { faceA: 'central', faceB: 'central' } as const
const photo = (name: string): Promise<Photo> => readPhoto(join(data, 'images', name))
let worst = 0
let asymmetric = 0
for (const { a, b } of chosen) {
  const [one, other] = [await photo(a.photo), await photo(b.photo)]
  const comparison = await xfmr.compare(one, other, options)
  if ((await xfmr.compare(other, one, options)).cosine !== comparison.cosine) asymmetric++
  const explanation = await xfmr.explain(comparison)
  for (const face of [explanation.a, explanation.b]) {
    const sum = face.contributions.data.reduce((total, value) => total + value, face.bias)
    worst = Math.max(worst, Math.abs(sum - comparison.cosine))
  }
}
console.log(`${chosen.length} pairs, both faces of each:`)
console.log(
  `largest |49 cells + bias - cosine|  ${worst.toExponential(2)}   limit 1e-4  ${worst <= 1e-4 ? 'ok' : 'OVER'}`,
)
console.log(`scores that differ when the photos change places  ${asymmetric}`)
