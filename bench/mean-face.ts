/**
 * Averages aligned faces for the mean-face baseline of integrated gradients, and writes src/explanation/pixels/_mean-face-data.ts:
 * one photo of each person of a folder with a folder for each person. `npx tsx bench/mean-face.ts FOLDER [PEOPLE]`
 */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openXfmr, readPhoto } from '../src/node.ts'

const SIDE = 28
const [folder, people = '400'] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name a folder with a folder of photos for each person.')
const xfmr = await openXfmr({ unmask: 'never' })
const sums = new Float64Array(SIDE * SIDE * 3)
let faces = 0
for (const person of (await readdir(folder)).toSorted().slice(0, Number(people))) {
  const [first] = (await readdir(join(folder, person))).toSorted()
  try {
    const photo = await readPhoto(join(folder, person, first!))
    const { width, data } = xfmr.align(photo, await xfmr.findFace(photo, 'central'))
    const block = width / SIDE
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
      const cell = Math.floor(y / block) * SIDE + Math.floor(x / block)
      sums[cell * 3 + (i % 3)]! += data[i]! / (block * block)
    }
    faces++
  } catch (error) {
    console.error(`${person}: ${(error as Error).message}`)
  }
}
const bytes = Uint8Array.from(sums, sum => Math.round(sum / faces))
const text = Buffer.from(bytes).toString('base64')
await writeFile(
  'src/explanation/pixels/_mean-face-data.ts',
  `/** The mean of ${faces} aligned faces, ${SIDE}x${SIDE} RGB bytes in base64. Made by bench/mean-face.ts. */\nexport const MEAN_FACE = { side: ${SIDE}, base64: '${text}' } as const\n`,
)
console.log(`${faces} faces`)
