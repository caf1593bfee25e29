import { describe, expect, it } from 'vitest'
import type { Box } from '../image/photo.ts'
import { chooseFace } from './choose.ts'

const photo = { width: 200, height: 100, name: 'party.jpg' }
const near = { box: [90, 40, 20, 24] as Box, score: 0.8 }
const large = { box: [0, 0, 50, 60] as Box, score: 0.9 }
const small = { box: [180, 80, 10, 12] as Box, score: 0.7 }
const faces = [large, near, small]

describe('chooseFace', () => {
  it('takes the only face without being told', () => {
    expect(chooseFace([near], undefined, photo)).toBe(near)
  })

  it('takes the largest, the most central, or the n-th', () => {
    expect(chooseFace(faces, 'largest', photo)).toBe(large)
    expect(chooseFace(faces, 'central', photo)).toBe(near)
    expect(chooseFace(faces, 2, photo)).toBe(small)
  })

  it('never picks one of several by itself, but lists them and says how to choose', () => {
    const error = caught(() => chooseFace(faces, undefined, photo))
    expect(error.code).toBe('E_SEVERAL_FACES')
    expect(error.message).toContain('3 faces were found in party.jpg')
    expect(error.message).toContain('--face largest')
    expect(error.message).toContain('1: 20x24 at (90, 40), score 0.80')
    expect(error.details).toEqual({
      faces: [
        { index: 0, box: [0, 0, 50, 60], score: 0.9 },
        { index: 1, box: [90, 40, 20, 24], score: 0.8 },
        { index: 2, box: [180, 80, 10, 12], score: 0.7 },
      ],
    })
  })

  it('says so when there is no face, or no such number', () => {
    expect(caught(() => chooseFace([], 'largest', photo))).toMatchObject({ code: 'E_NO_FACE' })
    expect(caught(() => chooseFace(faces, 3, photo))).toMatchObject({ code: 'E_USAGE' })
    expect(caught(() => chooseFace(faces, -1, photo))).toMatchObject({ code: 'E_USAGE' })
    expect(caught(() => chooseFace(faces, 0.5, photo))).toMatchObject({ code: 'E_USAGE' })
  })
})

const caught = (run: () => unknown): { code: string; message: string; details?: unknown } => {
  try {
    run()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('nothing was thrown')
}
