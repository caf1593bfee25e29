import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { alignFace } from '../face/align.ts'
import type { Photo, Point } from '../image/photo.ts'
import { drawnFace, landmarksOf, poseOf } from './_test-face.ts'
import {
  type MaskRecipe,
  PLAIN_FIT,
  parseColour,
  parseType,
  REAL_TYPES,
  type RealType,
  randomRecipe,
} from './recipe.ts'
import { alignRegion, joinRegions } from './region.ts'
import { renderMask } from './render.ts'

const SIZE = 250
const scene = (yaw = 0, pitch = 0, roll = 0, scale = 48) => {
  const pose = poseOf(yaw, pitch, roll, scale, [125, 100])
  return { photo: drawnFace(SIZE, SIZE, pose), face: { landmarks: landmarksOf(pose) } }
}
const plain = (type: RealType, rest: Partial<MaskRecipe> = {}): MaskRecipe => ({
  type,
  coverage: 'high',
  colour: '#a9cfe8',
  pattern: null,
  patternSize: 0,
  fit: PLAIN_FIT,
  seed: 'test',
  ...rest,
})
const at = (region: Uint8Array, [x, y]: Point): number => region[Math.round(y) * SIZE + Math.round(x)]!

test('whatever type, seed and pose: the mouth is covered, the nose tip too, no point of the eyes or brows', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...REAL_TYPES),
      fc.constantFrom('high', 'medium'),
      fc.integer(),
      fc.integer({ min: -35, max: 35 }),
      fc.integer({ min: -15, max: 15 }),
      fc.integer({ min: -25, max: 25 }),
      (type, coverage, seed, yaw, pitch, roll) => {
        const { photo, face } = scene(yaw, pitch, roll)
        const { region } = renderMask(photo, face, randomRecipe(seed, 'a.jpg', { type, coverage }))
        // Through a window the mouth shows, under a sheen.
        if (type !== 'window')
          for (const i of [51, 57, 62]) expect(at(region, face.landmarks[i]!)).toBeGreaterThan(235)
        if (coverage === 'high' && type !== 'window')
          expect(at(region, face.landmarks[30]!)).toBeGreaterThan(235)
        for (let i = 17; i < 27; i++) expect(at(region, face.landmarks[i]!)).toBe(0)
        for (let i = 36; i < 48; i++) expect(at(region, face.landmarks[i]!)).toBeLessThan(40)
      },
    ),
    { numRuns: 80 },
  )
})

test('worn wrongly: under the nose it covers the mouth but not the nose; on the chin neither', () => {
  for (const type of ['surgical', 'cloth', 'foam', 'kn95', 'gaiter'] as const) {
    const { photo, face } = scene()
    const noseOut = renderMask(photo, face, plain(type, { coverage: 'nose-out' })).region
    expect(at(noseOut, face.landmarks[57]!), type).toBeGreaterThan(235)
    expect(at(noseOut, face.landmarks[30]!), type).toBe(0)
    const chin = renderMask(photo, face, plain(type, { coverage: 'chin' })).region
    expect(at(chin, face.landmarks[30]!), type).toBe(0)
    expect(at(chin, face.landmarks[51]!), type).toBe(0)
    expect(at(chin, face.landmarks[8]!), type).toBeGreaterThan(200)
  }
})

test('the mask follows roll and scale: in the aligned frame it covers the same place', () => {
  const alignedRegion = (roll: number, scale: number): Uint8Array => {
    const { photo, face } = scene(0, 0, roll, scale)
    const { region } = renderMask(photo, face, plain('surgical'))
    const { transform } = alignFace(photo, face.landmarks)
    return alignRegion({ width: SIZE, height: SIZE, data: region }, transform).data
  }
  const upright = alignedRegion(0, 48)
  for (const other of [alignedRegion(25, 48), alignedRegion(-30, 40), alignedRegion(0, 30)]) {
    let both = 0
    let either = 0
    for (let i = 0; i < upright.length; i++) {
      both += Math.min(upright[i]!, other[i]!)
      either += Math.max(upright[i]!, other[i]!)
    }
    expect(both / either).toBeGreaterThan(0.93)
  }
})

test('the same input gives the same bytes and leaves its input alone; another seed gives others', () => {
  const { photo, face } = scene(10)
  const before = photo.data.slice()
  const draw = (seed: number): Uint8Array => renderMask(photo, face, randomRecipe(seed, 'a.jpg')).photo.data
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(photo.data).toEqual(before)
  // Decoders return Buffers, whose `slice` shares memory.
  const buffer = Buffer.from(before)
  for (const type of ['surgical', 'wide-high'] as const) {
    renderMask({ ...photo, data: buffer }, face, randomRecipe(1, 'a.jpg', { type }))
    expect(Buffer.compare(buffer, Buffer.from(before))).toBe(0)
  }
})

test('random recipes: fixed by seed and name, wishes kept, all types turn up', () => {
  expect(randomRecipe(3, 'a.jpg')).toEqual(randomRecipe('3', 'a.jpg'))
  expect(randomRecipe(3, 'a.jpg', {}, 1)).not.toEqual(randomRecipe(3, 'a.jpg', {}, 0))
  const wished = randomRecipe(3, 'a.jpg', { type: 'kn95', colour: 'red', coverage: 'low', pattern: 'dots' })
  expect(wished).toMatchObject({ type: 'kn95', colour: '#ff0000', coverage: 'low', pattern: 'dots' })
  // A wish must not change what else is drawn.
  expect(wished.fit).toEqual(randomRecipe(3, 'a.jpg').fit)
  const types = new Set(Array.from({ length: 400 }, (_, i) => randomRecipe(1, `${i}.jpg`).type))
  expect(types.size).toBe(REAL_TYPES.length)
  expect(randomRecipe(1, 'x', { type: 'random-flat' }).type).toMatch(/^(wide|round)-(high|medium|low)$/)
})

test('names: letters stand for the flat shapes, unknown ones are refused with the choices', () => {
  expect([...'abcdef'].map(parseType)).toEqual([
    'wide-high',
    'round-high',
    'wide-medium',
    'round-medium',
    'wide-low',
    'round-low',
  ])
  expect(() => parseType('gas')).toThrow(/surgical/)
  expect(parseColour('Light-Blue')).toBe('#add8e6')
  expect(parseColour('#f0A')).toBe('#ff00aa')
  expect(() => parseColour('#12')).toThrow(expect.objectContaining({ code: 'E_USAGE' }))
})

test('a brighter photo gives a brighter mask, a black and white photo a grey one', () => {
  const { photo, face } = scene()
  const mean = (image: Photo, region: Uint8Array): number[] => {
    const sums = [0, 0, 0]
    let count = 0
    for (let i = 0; i < region.length; i++) {
      if (region[i]! < 250) continue
      for (let k = 0; k < 3; k++) sums[k]! += image.data[i * 3 + k]!
      count++
    }
    return sums.map(sum => sum / count)
  }
  const maskOn = (data: Uint8Array): number[] => {
    const { photo: out, region } = renderMask({ ...photo, data }, face, plain('cloth', { colour: '#b03030' }))
    return mean(out, region)
  }
  const normal = maskOn(photo.data)
  const dim = maskOn(photo.data.map(value => value * 0.5))
  expect(dim[0]!).toBeLessThan(normal[0]! * 0.75)
  expect(normal[0]! - normal[2]!).toBeGreaterThan(40)
  const grey = maskOn(photo.data.map((_, i) => photo.data[i - (i % 3) + 1]!))
  expect(Math.abs(grey[0]! - grey[2]!)).toBeLessThan(6)
})

test('light from the side shows on the mask', () => {
  const { photo, face } = scene()
  const data = photo.data.map((value, i) => value * (0.45 + 0.55 * (((i / 3) % SIZE) / SIZE)))
  const { photo: out, region } = renderMask({ ...photo, data }, face, plain('surgical'))
  const [leftX, rightX, y] = [98, 152, 150]
  expect(region[y * SIZE + leftX]).toBe(255)
  expect(out.data[(y * SIZE + rightX) * 3 + 1]! - out.data[(y * SIZE + leftX) * 3 + 1]!).toBeGreaterThan(15)
})

test('refuses landmarks that are none, lie elsewhere, or belong to a tiny or turned-away face', () => {
  const { photo, face } = scene()
  const code = (landmarks: readonly Point[], on = photo): string => {
    try {
      renderMask(on, { landmarks }, plain('surgical'))
      return 'none'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(code(face.landmarks.slice(1))).toBe('E_LANDMARKS')
  expect(code(face.landmarks.map(([x], i) => [x, i === 9 ? Number.NaN : 1]))).toBe('E_LANDMARKS')
  expect(code(face.landmarks.map(([x, y]) => [x + 240, y]))).toBe('E_LANDMARKS')
  expect(code(face.landmarks.map(() => [50, 50]))).toMatch(/E_LANDMARKS|E_TOO_SMALL/)
  expect(code(scene(0, 0, 0, 5).face.landmarks)).toBe('E_TOO_SMALL')
  expect(code(scene(70).face.landmarks)).toBe('E_PROFILE')
  expect(code(scene(50).face.landmarks)).toBe('none')
})

test('a face at the border of a photo gets the part of the mask that is inside', () => {
  const pose = poseOf(0, 0, 0, 48, [125, 160])
  const { region } = renderMask(
    drawnFace(SIZE, SIZE, pose),
    { landmarks: landmarksOf(pose) },
    plain('surgical'),
  )
  expect(region[(SIZE - 1) * SIZE + 125]).toBeGreaterThan(240)
})

test('joined regions keep the larger opacity', () => {
  expect([...joinRegions([Uint8Array.of(0, 9, 200), Uint8Array.of(5, 3, 255)])]).toEqual([5, 9, 255])
})

test.each(REAL_TYPES)('%s looks as it did (golden picture)', async type => {
  const { photo, face } = scene(type === 'kn95' ? 28 : -12, 4, 6)
  const recipe = plain(type, {
    pattern: type === 'bandana' ? 'paisley' : null,
    patternSize: type === 'bandana' ? 0.8 : 0,
    colour: type === 'foam' ? '#2a2c2f' : '#a9cfe8',
  })
  const { photo: out } = renderMask(photo, face, recipe)
  const path = new URL(`./golden/${type}.png`, import.meta.url)
  if (process.env.XFMR_GOLDEN)
    await sharp(out.data, { raw: { width: SIZE, height: SIZE, channels: 3 } })
      .png({ palette: false })
      .toFile(path.pathname)
  const golden = await sharp(await readFile(path))
    .raw()
    .toBuffer()
  let difference = 0
  for (let i = 0; i < golden.length; i++) difference += Math.abs(golden[i]! - out.data[i]!)
  expect(difference / golden.length).toBeLessThan(0.05)
})
