import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelBytes, samplePhotoPath } from '../../test/models.ts'
import { noise } from '../../test/photos.ts'
import { readPhoto } from '../image/node.ts'
import type { Box, Photo } from '../image/photo.ts'
import { resize } from '../image/resize.ts'
import { warp } from '../image/warp.ts'
import { nodeRuntime } from '../onnx/node.ts'
import type { Session } from '../onnx/runtime.ts'
import { createDetector, type Detector, overlap, suppress } from './detect.ts'

describe('overlap', () => {
  it('is intersection over union', () => {
    expect(overlap([0, 0, 4, 4], [0, 0, 4, 4])).toBe(1)
    expect(overlap([0, 0, 4, 4], [2, 0, 4, 4])).toBeCloseTo(8 / 24, 12)
    expect(overlap([0, 0, 4, 4], [1, 1, 2, 2])).toBeCloseTo(4 / 16, 12)
    expect(overlap([0, 0, 4, 4], [4, 0, 4, 4])).toBe(0)
    // Apart in both directions: two negative extents must not multiply to an area.
    expect(overlap([0, 0, 4, 4], [10, 10, 4, 4])).toBe(0)
  })
})

describe('suppress', () => {
  it('keeps the best of each heap, best first', () => {
    const at = (x: number, score: number) => ({ box: [x, 0, 10, 10] as Box, score })
    const kept = suppress([at(1, 0.6), at(0, 0.9), at(30, 0.7), at(31, 0.95), at(5, 0.5)], 0.3)
    // At 5 the overlap with 0 is 50 / 150 = 0.33.
    expect(kept).toEqual([at(31, 0.95), at(0, 0.9)])
    expect(suppress([at(0, 0.9), at(5, 0.5)], 0.34)).toHaveLength(2)
  })
})

describe('detector', () => {
  let session: Session
  let detect: Detector
  let runs = 0
  beforeAll(async () => {
    session = await nodeRuntime().load(await modelBytes('detector'))
    detect = createDetector({
      ...session,
      run: feeds => {
        runs++
        return session.run(feeds)
      },
    })
  })
  afterAll(() => session.release())

  it('finds three faces, best first, where they are', async () => {
    const found = await detect(await readPhoto(samplePhotoPath('sample1.jpg')))
    expect(found).toHaveLength(3)
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a))
    // Drawn by hand around the three faces of this photo.
    for (const box of [
      [410, 360, 200, 230],
      [830, 425, 205, 240],
      [1470, 215, 225, 230],
    ] as Box[]) {
      expect(Math.max(...found.map(face => overlap(face.box, box)))).toBeGreaterThan(0.75)
    }
  })

  it('finds the same boxes in a photo of twice the size', async () => {
    const photo = await readPhoto(samplePhotoPath('audrey.jpg'))
    const [once] = await detect(photo)
    const [twice] = await detect(resize(photo, photo.width * 2, photo.height * 2))
    const halved = twice!.box.map(value => value / 2) as unknown as Box
    expect(overlap(once!.box, halved)).toBeGreaterThan(0.93)
  })

  it('finds a face that fills the photo by shrinking it', async () => {
    const photo = await readPhoto(samplePhotoPath('cage.jpg'))
    const [{ box } = { box: [0, 0, 0, 0] as Box }] = await detect(photo)
    const close = crop(photo, [box[0] + 0.3 * box[2], box[1] + 0.35 * box[3], 0.4 * box[2], 0.4 * box[3]])
    runs = 0
    expect(await detect(close)).toHaveLength(1)
    expect(runs).toBe(2)
  })

  it('finds a face far away by looking closer', async () => {
    const face = resize(await readPhoto(samplePhotoPath('franck_02221.jpg')), 240, 192)
    const [{ box: inFace } = { box: [0, 0, 0, 0] as Box }] = await detect(face)
    // Grey all around, as a wall: the face is then 8 pixels high in the frame.
    const scene = warp(face, [1, 0, 2100, 0, 1, 1300], 3600, 3800, { fill: 120 })
    const found = await detect(scene)
    expect(found).toHaveLength(1)
    expect(
      overlap(found[0]!.box, [inFace[0] + 2100, inFace[1] + 1300, inFace[2], inFace[3]]),
    ).toBeGreaterThan(0.6)
  })

  it('finds nothing in noise', async () => {
    expect(await detect(noise(320, 240))).toEqual([])
  })

  it('gives photos that are under way at once their own frames', async () => {
    const photos = await Promise.all(
      ['audrey.jpg', 'cage.jpg', 'SeanConnery.jpg'].map(name => readPhoto(samplePhotoPath(name))),
    )
    const alone: unknown[] = []
    for (const photo of photos) alone.push(await detect(photo))
    expect(await Promise.all(photos.map(photo => detect(photo)))).toEqual(alone)
  })

  it('obeys the threshold', async () => {
    const photo = await readPhoto(samplePhotoPath('sample1.jpg'))
    const all = await detect(photo, { threshold: 0.05 })
    expect(all.length).toBeGreaterThan(3)
    expect(all.every(({ score }) => score >= 0.05)).toBe(true)
    expect(await detect(photo, { threshold: 1.01 })).toEqual([])
  })

  it('refuses photos too small for any face', async () => {
    await expect(detect(noise(1, 1))).rejects.toThrow(expect.objectContaining({ code: 'E_TOO_SMALL' }))
    await expect(detect(noise(200, 15))).rejects.toThrow(expect.objectContaining({ code: 'E_TOO_SMALL' }))
    await expect(detect(noise(16, 16))).resolves.toBeInstanceOf(Array)
  })

  it('copes with photos that are nothing but long', async () => {
    await expect(detect(noise(4000, 16))).resolves.toEqual([])
  })
})

const crop = (photo: Photo, [x, y, width, height]: Box): Photo =>
  warp(photo, [1, 0, -Math.round(x), 0, 1, -Math.round(y)], Math.round(width), Math.round(height))
