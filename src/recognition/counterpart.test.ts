import { describe, expect, it } from 'vitest'
import type { RecogniserContract } from '../models/contract.ts'
import { readModel, writeModel } from '../onnx/proto.ts'
import { counterpartGraph } from '../training/counterpart/graph.ts'
import { counterpartOwner, createMeeting } from './counterpart.ts'
import type { Embedding } from './embedding.ts'

const contract = { output: 'embedding', dimensions: 2 } as RecogniserContract
const graphOf = (...matrix: number[]) =>
  counterpartGraph(Float32Array.from(matrix), contract, 'small:1+unmask:2')
const bare: Embedding = { vector: Float32Array.of(0.6, 0.8), norm: 7, pipeline: 'p' }
const corrected: Embedding = { vector: Float32Array.of(0, 1), norm: 5, pipeline: 'p', unmasked: true }

describe('createMeeting', () => {
  // (0.6, 0.8) times [[1, 2], [0, 1]] is (0.6, 2): by hand.
  const meet = createMeeting(graphOf(1, 2, 0, 1), contract)

  it('turns a bare face towards a corrected one, on either side', () => {
    const [one, other] = meet(bare, corrected)
    const length = Math.hypot(0.6, 2)
    expect(one.vector[0]).toBeCloseTo(0.6 / length, 6)
    expect(one.vector[1]).toBeCloseTo(2 / length, 6)
    expect(one.norm).toBeCloseTo(7 * length, 5)
    expect(one).toMatchObject({ pipeline: 'p', counterpart: true })
    expect(other).toBe(corrected)
    const [second, first] = meet(corrected, bare)
    expect(second).toBe(corrected)
    expect(first).toEqual(one)
    // What was turned before stays as it is.
    expect(meet(one, corrected)[0]).toBe(one)
  })

  it('leaves two bare and two corrected faces as they are', () => {
    expect(meet(bare, bare)).toEqual([bare, bare])
    expect(meet(corrected, corrected)).toEqual([corrected, corrected])
  })

  it('reads a file with weights of half the size', () => {
    const read = readModel(writeModel(graphOf(1, 2, 0, 1), { half: true }))
    expect(createMeeting(read, contract)(bare, corrected)[0].vector).toEqual(meet(bare, corrected)[0].vector)
  })

  it('refuses what is no matrix for this recogniser', () => {
    const graph = graphOf(1, 0, 0, 1)
    const twice = {
      ...graph,
      nodes: [...graph.nodes, { ...graph.nodes[0]!, op: 'Relu', inputs: ['unmasked'] }],
    }
    for (const [wrong, of] of [
      [graph, { ...contract, dimensions: 3 }],
      [graph, { ...contract, output: 'other' }],
      [twice, contract],
    ] as const)
      expect(() => createMeeting(wrong, of)).toThrow(expect.objectContaining({ code: 'E_MODEL_SHAPE' }))
  })
})

describe('counterpartOwner', () => {
  const recogniser = { role: 'recogniser', name: 'small', sha256: '0123456789' }
  it('names recogniser and correction', () => {
    const unmask = { role: 'unmask', name: 'mine.onnx', sha256: 'abcdef0123' }
    expect(counterpartOwner([recogniser, unmask])).toBe('small:01234567+unmask:abcdef01')
  })
  it('needs a correction', () => {
    expect(() => counterpartOwner([recogniser])).toThrow(expect.objectContaining({ code: 'E_MODEL_MISSING' }))
  })
})
