import { expect, it } from 'vitest'
import type { Face } from '../face/face.ts'
import { drawnFace, landmarksOf, poseOf } from '../masking/_test-face.ts'
import { masker, padder } from './photo-change.ts'

const pose = poseOf(0, 0, 0, 60, [125, 90])
const photo = drawnFace(250, 250, pose)
const face: Face = { box: [50, 20, 150, 190], score: 1, landmarks: landmarksOf(pose) }
const black = { type: 'wide-high', colour: 'black' } as const
const pixel = ({ width, data }: typeof photo, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]

it('draws a mask on the face that is meant, found in the photo as it is', async () => {
  const asked: unknown[] = []
  const change = masker(
    async (seen, choice) => {
      asked.push(seen, choice)
      return face
    },
    { ...black, seed: '1', face: 'central' },
  )
  const masked = await change.apply(photo, 'x.jpg')
  expect(asked).toEqual([photo, 'central'])
  expect(masked.face).toBe(face)
  const [mouthX, mouthY] = face.landmarks[62]!.map(Math.round) as [number, number]
  expect(pixel(masked.photo, mouthX, mouthY)).toEqual([0, 0, 0])
  expect(pixel(masked.photo, 125, 40)).toEqual(pixel(photo, 125, 40))
})

it('names a mask by seed, path and wishes', () => {
  const key = (seed: string, path: string, wishes: object = {}) =>
    masker(async () => face, { seed, ...wishes }).key(path)
  expect(key('1', 'a.jpg')).toBe(key('1', 'a.jpg', { type: 'random' }))
  const keys = [
    key('1', 'a.jpg'),
    key('2', 'a.jpg'),
    key('1', 'b.jpg'),
    key('1', 'a.jpg', black),
    key('1', 'a.jpg', { ...black, colour: 'red' }),
    padder(0.5).key('a.jpg'),
    padder(0.25).key('a.jpg'),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

it('puts grey around a photo', async () => {
  const data = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => i)
  const { photo: padded, face } = await padder(0.5).apply({ width: 4, height: 2, data }, 'x')
  expect(face).toBeUndefined()
  expect([padded.width, padded.height]).toEqual([8, 4])
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 8; x++) {
      const inside = x >= 2 && x < 6 && y >= 1 && y < 3
      const first = ((y - 1) * 4 + x - 2) * 3
      expect(pixel(padded, x, y)).toEqual(inside ? [first, first + 1, first + 2] : [128, 128, 128])
    }
  }
})
