/** Draws docs/masks.jpg: every kind of mask on the sample photos. `npm run contact-sheet` */
import sharp from 'sharp'
import { chooseFace } from '../src/face/choose.ts'
import type { Photo } from '../src/image/photo.ts'
import { warp } from '../src/image/warp.ts'
import { faceSources } from '../src/masking/node/sources.ts'
import {
  FLAT_TYPES,
  isFlat,
  type MaskRecipe,
  REAL_TYPES,
  type RecipeWishes,
  randomRecipe,
} from '../src/masking/recipe.ts'
import { renderMask } from '../src/masking/render.ts'
import { modelStore, readPhoto } from '../src/node.ts'

const CELL = 150
const ROWS: readonly (readonly [file: string, set: 'samples' | 'samples-groups'])[] = [
  ['franck_02159.jpg', 'samples'],
  ['cage.jpg', 'samples'],
  ['SeanConnery.jpg', 'samples'],
  ['sample4.jpg', 'samples-groups'],
  ['sample3.jpg', 'samples-groups'],
  ['sample5.jpg', 'samples-groups'],
]
const WISHES: readonly RecipeWishes[] = [
  ...REAL_TYPES.map(type => ({ type, coverage: 'high' as const })),
  { type: 'surgical', coverage: 'nose-out' },
  { type: 'cloth', coverage: 'chin' },
]

const store = modelStore()
await store.ensure('samples')
await store.ensure('samples-groups')
const sources = faceSources(store)
const cells: { input: Buffer; left: number; top: number }[] = []

const place = async (photo: Photo, box: readonly number[], column: number, row: number): Promise<void> => {
  const [x, y, width, height] = box as [number, number, number, number]
  const side = 1.45 * Math.max(width, height)
  const scale = CELL / side
  const cut = warp(
    photo,
    [scale, 0, -scale * (x + width / 2 - side / 2), 0, scale, -scale * (y + height * 0.52 - side / 2)],
    CELL,
    CELL,
  )
  const input = await sharp(cut.data, { raw: { width: CELL, height: CELL, channels: 3 } })
    .png()
    .toBuffer()
  cells.push({ input, left: column * CELL, top: row * CELL })
}

for (const [row, [file, set]] of ROWS.entries()) {
  const photo = await readPhoto(store.path(set, file))
  const face = chooseFace(await sources.find(photo), 'largest', photo)
  for (const [column, wishes] of WISHES.entries()) {
    await place(renderMask(photo, face, randomRecipe('sheet', file, wishes)).photo, face.box, column, row)
  }
}
// The last row: the flat evaluation shapes.
const photo = await readPhoto(store.path('samples', ROWS[0]![0]))
const face = chooseFace(await sources.find(photo), 'largest', photo)
const colours = ['black', 'white', 'red', 'light-blue', 'black', 'light-blue']
for (const [column, type] of FLAT_TYPES.entries()) {
  const recipe: MaskRecipe = randomRecipe('sheet', 'flat', { type, colour: colours[column] })
  if (isFlat(recipe.type)) await place(renderMask(photo, face, recipe).photo, face.box, column, ROWS.length)
}
await sharp({
  create: {
    width: WISHES.length * CELL,
    height: (ROWS.length + 1) * CELL,
    channels: 3,
    background: '#ffffff',
  },
})
  .composite(cells)
  .jpeg({ quality: 82, mozjpeg: true })
  .toFile('docs/masks.jpg')
console.log(`docs/masks.jpg: ${WISHES.length} kinds on ${ROWS.length} photos`)
