/**
 * How far masks move the landmarks: every type on the same photos, landmarks found with the mask on against those found without.
 * `npm run bench:mask-landmarks [-- photos]`. Needs LFW under $XFMR_DATA (default ../shared/data).
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { alignFace, fivePoints } from '../src/face/align.ts'
import { overlap } from '../src/face/detect.ts'
import { apply } from '../src/image/affine.ts'
import { faceSources } from '../src/masking/node/sources.ts'
import { FLAT_TYPES, REAL_TYPES, type RecipeWishes, randomRecipe } from '../src/masking/recipe.ts'
import { renderMask } from '../src/masking/render.ts'
import { chooseFace, modelStore, type Point, readPhoto } from '../src/node.ts'

const root = join(process.env.XFMR_DATA ?? '../shared/data', 'lfw/images')
const people = await readdir(root).catch(() => undefined)
if (!people) {
  console.error(`LFW is not at ${root}: set XFMR_DATA. Nothing measured.`)
  process.exit(0)
}
const wanted = Number(process.argv[2] ?? 300)
const sources = faceSources(modelStore())
const SETTINGS: [string, RecipeWishes][] = [
  ...REAL_TYPES.map((type): [string, RecipeWishes] => [type, { type, coverage: 'high' }]),
  ['surgical, low', { type: 'surgical', coverage: 'low' }],
  ['surgical, nose out', { type: 'surgical', coverage: 'nose-out' }],
  ['surgical, on the chin', { type: 'surgical', coverage: 'chin' }],
  ...FLAT_TYPES.map((type): [string, RecipeWishes] => [`${type}, black`, { type, colour: 'black' }]),
  ['random', {}],
]
type Sums = {
  photos: number
  missed: number
  eyes: number
  nose: number
  mouth: number
  jaw: number
  aligned: number
}
const sums = new Map<string, Sums>()
const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2)

let used = 0
for (let i = 0; i < people.length && used < wanted; i++) {
  // Spread over the alphabet.
  const person = people[Math.floor((i * people.length) / wanted) % people.length]!
  const file = join(root, person, (await readdir(join(root, person))).sort()[0]!)
  const photo = await readPhoto(file)
  const found = await sources.find(photo)
  if (found.length === 0) continue
  const plain = chooseFace(found, 'central', photo)
  const eyes = fivePoints(plain.landmarks)
  const iod = distance(eyes[0]!, eyes[1]!)
  used++
  for (const [label, wishes] of SETTINGS) {
    const sum = sums.get(label) ?? { photos: 0, missed: 0, eyes: 0, nose: 0, mouth: 0, jaw: 0, aligned: 0 }
    sums.set(label, sum)
    sum.photos++
    const masked = renderMask(photo, plain, randomRecipe(1, person, wishes)).photo
    const again = (await sources.find(masked)).find(face => overlap(face.box, plain.box) > 0.3)
    if (!again) {
      sum.missed++
      continue
    }
    const five = fivePoints(again.landmarks)
    const moved = five.map((point, k) => distance(point, eyes[k]!) / iod)
    sum.eyes += (moved[0]! + moved[1]!) / 2
    sum.nose += moved[2]!
    sum.mouth += (moved[3]! + moved[4]!) / 2
    for (let k = 0; k < 17; k++) sum.jaw += distance(again.landmarks[k]!, plain.landmarks[k]!) / iod / 17
    // The same place of the photo in both aligned faces: mean over the five points of the template.
    const before = alignFace(photo, plain.landmarks).transform
    const after = alignFace(photo, again.landmarks).transform
    for (const point of eyes) sum.aligned += distance(apply(before, point), apply(after, point)) / 5
  }
}

console.log(
  `${used} LFW photos; displacement relative to the distance of the eyes, alignment error in pixels of the 112 frame\n`,
)
console.log('| mask | missed | eyes | nose | mouth | jaw | alignment, px |\n|---|---|---|---|---|---|---|')
for (const [label, { photos, missed, ...rest }] of sums) {
  const mean = (value: number): string => (value / (photos - missed)).toFixed(3)
  console.log(
    `| ${label} | ${missed} of ${photos} | ${mean(rest.eyes)} | ${mean(rest.nose)} | ${mean(rest.mouth)} | ${mean(rest.jaw)} | ${(rest.aligned / (photos - missed)).toFixed(2)} |`,
  )
}
