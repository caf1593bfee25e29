import { describe, expect, it } from 'vitest'
import { toPlanar } from './planar.ts'

describe('toPlanar', () => {
  const photo = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) }

  it('writes one plane after the other, in either order', () => {
    expect([...toPlanar(photo)]).toEqual([10, 40, 20, 50, 30, 60])
    expect([...toPlanar(photo, { channels: 'bgr' })]).toEqual([30, 60, 20, 50, 10, 40])
  })

  it('subtracts the mean, then scales', () => {
    expect([...toPlanar(photo, { mean: 20, scale: 0.5 })]).toEqual([-5, 10, 0, 15, 5, 20])
  })

  it('writes into a batch', () => {
    const out = new Float32Array(12).fill(-1)
    toPlanar(photo, { out, offset: 6 })
    expect([...out]).toEqual([-1, -1, -1, -1, -1, -1, 10, 40, 20, 50, 30, 60])
  })
})
