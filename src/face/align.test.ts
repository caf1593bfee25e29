import { describe, expect, it } from 'vitest'
import { noise, waves } from '../../test/photos.ts'
import { type Affine, apply, invert } from '../image/affine.ts'
import type { Photo, Point } from '../image/photo.ts'
import { warp } from '../image/warp.ts'
import { ARC_TEMPLATE, alignFace, fivePoints } from './align.ts'
import { MIRROR } from './mirror.ts'

/** 68 points whose five points are the template. */
const onTemplate = (): Point[] => {
  const points: Point[] = Array.from({ length: 68 }, () => [0, 0])
  const put = (indices: number[], [x, y]: Point): void => {
    // Spread around the target so that only the mean is right.
    indices.forEach((index, i) => {
      const sign = i % 2 ? 1 : -1
      points[index] = [x + 3 * sign, y - 2 * sign]
    })
  }
  put([37, 38, 40, 41], ARC_TEMPLATE[0]!)
  put([43, 44, 46, 47], ARC_TEMPLATE[1]!)
  points[30] = ARC_TEMPLATE[2]!
  put([48, 60], ARC_TEMPLATE[3]!)
  put([54, 64], ARC_TEMPLATE[4]!)
  return points
}

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 9)
  })
}

describe('fivePoints', () => {
  it('are eyes, nose and corners of the mouth, image-left first', () => {
    fivePoints(onTemplate()).forEach((point, i) => {
      expectClose(point, ARC_TEMPLATE[i]!)
    })
  })
})

describe('alignFace', () => {
  it('does nothing to a face that is on the template already', () => {
    const photo = { ...waves(112, 112), name: 'a' }
    const aligned = alignFace(photo, onTemplate())
    expectClose(aligned.transform, [1, 0, 0, 0, 1, 0])
    expect(aligned.name).toBe('a')
    expect([aligned.width, aligned.height]).toEqual([112, 112])
    aligned.data.forEach((value, i) => {
      expect(Math.abs(value - photo.data[i]!)).toBeLessThanOrEqual(1)
    })
  })

  it('turns, scales and moves a face back onto the template', () => {
    const away: Affine = [1.2, -0.7, 150, 0.7, 1.2, 40]
    const photo = warp(noise(112, 112), away, 300, 260)
    const landmarks = onTemplate().map(point => apply(away, point))
    const { transform, data } = alignFace(photo, { box: [0, 0, 1, 1], score: 1, landmarks })
    expectClose(transform, invert(away))
    expect(data).toEqual(warp(photo, transform, 112, 112).data)
  })

  it('refuses landmarks that fall on one point, or are no numbers', () => {
    const photo: Photo = noise(20, 20)
    const heap: Point[] = Array.from({ length: 68 }, () => [5, 5])
    const nowhere: Point[] = Array.from({ length: 68 }, () => [Number.NaN, 5])
    for (const landmarks of [heap, nowhere]) {
      expect(() => alignFace(photo, landmarks)).toThrow(expect.objectContaining({ code: 'E_LANDMARKS' }))
    }
  })
})

describe('MIRROR', () => {
  it('is its own inverse and keeps the middle of the face', () => {
    expect(MIRROR).toHaveLength(68)
    MIRROR.forEach((twin, i) => {
      expect(MIRROR[twin]).toBe(i)
    })
    const middle = [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]
    expect(MIRROR.flatMap((twin, i) => (twin === i ? [i] : []))).toEqual(middle)
  })

  it('exchanges what the five points are made of', () => {
    const sets = [
      [37, 38, 40, 41],
      [48, 60],
    ].map(set => set.map(i => MIRROR[i]!).sort())
    expect(sets).toEqual([
      [43, 44, 46, 47],
      [54, 64],
    ])
  })
})
