import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelBytes, samplePhotoPath } from '../../test/models.ts'
import { type Affine, apply, invert } from '../image/affine.ts'
import { readPhoto } from '../image/node.ts'
import type { Photo, Point } from '../image/photo.ts'
import { warp } from '../image/warp.ts'
import { nodeRuntime } from '../onnx/node.ts'
import type { Session } from '../onnx/runtime.ts'
import { fivePoints } from './align.ts'
import { createDetector } from './detect.ts'
import { createFaceFinder, type FaceFinder } from './finder.ts'
import { createLandmarker, eyeLine } from './landmarks.ts'
import { MIRROR } from './mirror.ts'

let sessions: Session[]
let findFaces: FaceFinder
beforeAll(async () => {
  const runtime = nodeRuntime()
  sessions = await Promise.all(
    ['detector', 'landmarks'].map(async name => runtime.load(await modelBytes(name))),
  )
  findFaces = createFaceFinder({
    detector: createDetector(sessions[0]!),
    landmarker: createLandmarker(sessions[1]!),
  })
})
afterAll(() => Promise.all(sessions.map(session => session.release())))

const face = async (photo: Photo): Promise<readonly Point[]> => {
  const [first] = await findFaces(photo)
  return first!.landmarks
}

/** Mean distance of the five points, as a share of the distance between the eyes. */
const error = (actual: readonly Point[], expected: readonly Point[]): number => {
  const [a, b] = [fivePoints(actual), fivePoints(expected)]
  const eyes = Math.hypot(b[1]![0] - b[0]![0], b[1]![1] - b[0]![1])
  return a.reduce((sum, [x, y], i) => sum + Math.hypot(x - b[i]![0], y - b[i]![1]), 0) / 5 / eyes
}

describe('landmarks', () => {
  it('lie on the eyes, nose and mouth', async () => {
    const landmarks = await face(await readPhoto(samplePhotoPath('cage.jpg')))
    expect(landmarks).toHaveLength(68)
    // Read off the photo by eye, so good to some five pixels.
    const seen: Point[] = [
      [168, 265],
      [301, 250],
      [242, 350],
      [194, 424],
      [308, 413],
    ]
    const eyes = seen[1]![0] - seen[0]![0]
    fivePoints(landmarks).forEach(([x, y], i) => {
      expect(Math.hypot(x - seen[i]![0], y - seen[i]![1]) / eyes).toBeLessThan(0.1)
    })
  })

  it('are mirrored when the photo is', async () => {
    const photo = await readPhoto(samplePhotoPath('cage.jpg'))
    const { width, height } = photo
    const mirrored = await face(warp(photo, [-1, 0, width - 1, 0, 1, 0], width, height))
    const back = MIRROR.map((twin): Point => [width - 1 - mirrored[twin]![0], mirrored[twin]![1]])
    // The detector is not quite symmetric; the landmarks of one crop are, by averaging.
    expect(error(back, await face(photo))).toBeLessThan(0.02)
  })

  it.each([0, 15, 35, -35])('follow a head that is tilted by %i degrees', async degrees => {
    const photo = await readPhoto(samplePhotoPath('cage.jpg'))
    const upright = await face(photo)
    const turn = about(photo.width / 2, photo.height / 2, (degrees * Math.PI) / 180)
    const tilted = await face(warp(photo, turn, photo.width, photo.height))
    expect(
      error(
        tilted.map(point => apply(invert(turn), point)),
        upright,
      ),
    ).toBeLessThan(0.07)
    expect(
      Math.abs((Math.atan2(eyeLine(tilted)[1], eyeLine(tilted)[0]) * 180) / Math.PI - degrees),
    ).toBeLessThan(8)
  })
})

describe('findFaces', () => {
  it('gives every face of a group its own landmarks, inside its box', async () => {
    const faces = await findFaces(await readPhoto(samplePhotoPath('sample1.jpg')))
    expect(faces).toHaveLength(3)
    for (const { box, landmarks } of faces) {
      for (const [x, y] of fivePoints(landmarks)) {
        expect(x).toBeGreaterThan(box[0])
        expect(x).toBeLessThan(box[0] + box[2])
        expect(y).toBeGreaterThan(box[1])
        expect(y).toBeLessThan(box[1] + box[3])
      }
    }
  })
})

describe('eyeLine', () => {
  it('points from the image-left eye to the other', () => {
    const points: Point[] = Array.from({ length: 68 }, (_, i) => (i >= 42 && i < 48 ? [13, 14] : [10, 10]))
    const [x, y] = eyeLine(points)
    expect(x).toBeCloseTo(0.6, 12)
    expect(y).toBeCloseTo(0.8, 12)
    expect(eyeLine(points.map((): Point => [1, 1]))).toEqual([1, 0])
  })
})

const about = (x: number, y: number, angle: number): Affine => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y]
}
