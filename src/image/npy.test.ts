import { describe, expect, it } from 'vitest'
import { encodeNpy } from './npy.ts'

describe('encodeNpy', () => {
  it('writes what the format says: magic, version, header of a multiple of 64 bytes, little-endian rows', () => {
    const bytes = encodeNpy({ width: 3, height: 2, data: Float32Array.of(1, -2, 0.5, 0, 3, -0.25) })
    expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
    const length = bytes[8]! + 256 * bytes[9]!
    expect((10 + length) % 64).toBe(0)
    const header = new TextDecoder().decode(bytes.subarray(10, 10 + length))
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/)
    // -2 is c0000000, 0.5 is 3f000000.
    expect([...bytes.subarray(10 + length + 4, 10 + length + 12)]).toEqual([0, 0, 0, 0xc0, 0, 0, 0, 0x3f])
    expect(bytes).toHaveLength(10 + length + 24)
  })
})
