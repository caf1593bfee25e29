import { expect, it } from 'vitest'
import { fivePoints } from '../../face/align.ts'
import type { Photo, Point } from '../../image/photo.ts'
import { HEAD } from '../../masking/head.ts'
import { faceDrift, meanDrift } from './drift.ts'

const photo: Photo = { width: 4, height: 4, data: new Uint8Array(48) }
const face = HEAD.map(([x, y]): Point => [100 + 40 * x, 80 + 40 * y])
const [left, right] = fivePoints(face)
const between = right![0] - left![0]

it('is nothing for the same points', () => {
  const { eyes, nose, mouth, aligned } = faceDrift(photo, face, face)
  for (const value of [eyes, nose, mouth, aligned]) expect(value).toBeCloseTo(0, 9)
})

it('counts a common shift in distances between the eyes and in pixels of the aligned face', () => {
  const shifted = face.map(([x, y]): Point => [x + 3, y - 4])
  const drift = faceDrift(photo, face, shifted)
  for (const value of [drift.eyes, drift.worstEye, drift.nose, drift.mouth])
    expect(value).toBeCloseTo(5 / between, 9)
  // A shift does not change the scale of the alignment, which is that of the undisturbed face.
  const scale = drift.aligned / 5
  const twice = faceDrift(
    photo,
    face,
    face.map(([x, y]): Point => [x + 6, y - 8]),
  )
  expect(twice.aligned).toBeCloseTo(10 * scale, 6)
  expect(scale).toBeGreaterThan(0.5)
})

it('tells eyes, nose and mouth apart', () => {
  const nose = faceDrift(photo, face, face.with(30, [face[30]![0] + between / 2, face[30]![1]]))
  expect([nose.eyes, nose.mouth]).toEqual([0, 0])
  expect(nose.nose).toBeCloseTo(0.5, 9)
})

it('averages over found faces and counts the rest', () => {
  const drift = { eyes: 0.1, worstEye: 0.2, nose: 0, mouth: 0, aligned: 2 }
  const mean = meanDrift([drift, null, { ...drift, eyes: 0.3, worstEye: 0.4, aligned: 4 }])
  expect(mean).toEqual({
    faces: 3,
    missed: 1,
    eyes: 0.2,
    nose: 0,
    mouth: 0,
    off15: 1,
    off30: 0.5,
    aligned: 3,
  })
})
