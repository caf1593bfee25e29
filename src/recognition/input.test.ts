import { describe, expect, it } from 'vitest'
import type { AlignedFace } from '../face/face.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { toInput } from './input.ts'

const face: AlignedFace = {
  width: 2,
  height: 2,
  // Four pixels: (1,2,3) (4,5,6) / (7,8,9) (10,11,12)
  data: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
  transform: [1, 0, 0, 0, 1, 0],
}
const contract = (channels: 'rgb' | 'bgr'): RecogniserContract => ({
  input: 'x',
  output: 'y',
  grid: 'g',
  size: 2,
  channels,
  mean: 1,
  scale: 0.5,
  dimensions: 4,
})

describe('toInput', () => {
  it('lays out planes in the order of the contract, shifted and scaled', () => {
    const { dims, data } = toInput(face, contract('rgb'))
    expect(dims).toEqual([1, 3, 2, 2])
    expect([...data]).toEqual([0, 1.5, 3, 4.5, 0.5, 2, 3.5, 5, 1, 2.5, 4, 5.5])
  })

  it('puts blue first for bgr', () => {
    expect([...toInput(face, contract('bgr')).data.subarray(0, 4)]).toEqual([1, 2.5, 4, 5.5])
  })

  it('mirrors every row', () => {
    expect([...toInput(face, contract('rgb'), { mirror: true }).data.subarray(0, 4)]).toEqual([
      1.5, 0, 4.5, 3,
    ])
  })

  it('refuses a face of another size', () => {
    expect(() => toInput(face, { ...contract('rgb'), size: 112 })).toThrow(
      expect.objectContaining({ code: 'E_MODEL_SHAPE' }),
    )
  })
})
