import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Point } from '../image/photo.ts'
import { drawnFace, landmarksOf, poseOf } from './_test-face.ts'
import { drawFlat, flatOutline } from './flat.ts'
import { FLAT_TYPES } from './recipe.ts'

const pose = poseOf(0, 0, 0, 60, [125, 90])
const frontal = landmarksOf(pose)

const middle = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
]

test('the wide shapes are the published polygons', () => {
  const l = frontal
  expect(flatOutline('wide-high', l)).toEqual([
    ...l.slice(1, 16),
    [l[42]![0], l[15]![1]],
    l[27],
    [l[39]![0], l[1]![1]],
  ])
  expect(flatOutline('wide-medium', l)).toEqual([...l.slice(1, 16), l[29]])
  expect(flatOutline('wide-low', l)).toEqual([...l.slice(1, 16), l[35], l[34], l[33], l[32], l[31]])
})

test('the round shapes are upright ellipses from the nose to the chin, 0.8 of the jaw wide', () => {
  const tops = {
    'round-high': frontal[27]![1] + (frontal[28]![1] - frontal[27]![1]) / 2,
    'round-medium': frontal[29]![1],
    'round-low': frontal[29]![1] + 0.33 * (frontal[46]![0] - frontal[40]![0]),
  }
  for (const type of ['round-high', 'round-medium', 'round-low'] as const) {
    const xs = flatOutline(type, frontal).map(([x]) => x)
    const ys = flatOutline(type, frontal).map(([, y]) => y)
    expect(Math.min(...ys)).toBeCloseTo(tops[type], 6)
    expect(Math.max(...ys)).toBeCloseTo(frontal[8]![1], 6)
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(0.8 * (frontal[13]![0] - frontal[3]![0]), 6)
    expect((Math.max(...xs) + Math.min(...xs)) / 2).toBeCloseTo(frontal[28]![0], 6)
  }
})

test('whatever the pose: the mouth is covered, the middle of the eyes never, the tip of the nose by high and medium shapes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FLAT_TYPES),
      fc.integer({ min: -18, max: 18 }),
      fc.integer({ min: -12, max: 12 }),
      fc.integer({ min: -12, max: 12 }),
      (type, yaw, pitch, roll) => {
        const turned = poseOf(yaw, pitch, roll, 60, [125, 90])
        const landmarks = landmarksOf(turned)
        const { region } = drawFlat(drawnFace(250, 250, turned), type, [0, 0, 0], landmarks)
        const at = ([x, y]: Point): number => region[Math.round(y) * 250 + Math.round(x)]!
        expect(at(landmarks[62]!)).toBe(255)
        for (const eye of [landmarks.slice(36, 42), landmarks.slice(42, 48)]) expect(at(middle(eye))).toBe(0)
        if (type.endsWith('high') || type.endsWith('medium')) expect(at(landmarks[30]!)).toBe(255)
      },
    ),
    { numRuns: 60 },
  )
})

test('one plain colour inside, nothing outside, a mixture on the edge', () => {
  const photo = drawnFace(250, 250, pose)
  const { data, region } = drawFlat(photo, 'round-medium', [200, 10, 90], frontal)
  let edge = 0
  for (let i = 0; i < region.length; i++) {
    const colour = [...data.slice(i * 3, i * 3 + 3)]
    if (region[i] === 255) expect(colour).toEqual([200, 10, 90])
    else if (region[i] === 0) expect(Math.abs(colour[1]! - photo.data[i * 3 + 1]!)).toBeLessThanOrEqual(1)
    else edge++
  }
  expect(edge).toBeGreaterThan(100)
})
