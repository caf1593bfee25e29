import fc from 'fast-check'
import { cases, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { float, int } from '../attributes.ts'
import * as gemm from './gemm.ts'

const length = fc.integer({ min: 1, max: 4 })
const factor = fc.constantFrom(undefined, 1, 0.5, -2)

testRules(gemm, {
  Gemm: cases(
    {
      rows: length,
      inner: length,
      columns: length,
      transA: fc.boolean(),
      transB: fc.boolean(),
      alpha: factor,
      beta: factor,
      added: fc.constantFrom('none', 'scalar', 'one', 'row', 'row matrix', 'column', 'full'),
    },
    ({ rows, inner, columns, transA, transB, alpha, beta, added }, random) => {
      const shape = {
        none: undefined,
        scalar: [],
        one: [1],
        row: [columns],
        'row matrix': [1, columns],
        column: [rows, 1],
        full: [rows, columns],
      }[added]
      const byRow = added === 'column' || added === 'full'
      return {
        inputs: [
          uniform(random, transA ? [inner, rows] : [rows, inner]),
          uniform(random, transB ? [columns, inner] : [inner, columns]),
          shape && uniform(random, shape),
        ],
        attributes: {
          transA: int(Number(transA)),
          transB: int(Number(transB)),
          alpha: alpha === undefined ? undefined : float(alpha),
          beta: beta === undefined ? undefined : float(beta),
        },
        batched: transA ? undefined : byRow ? [0, 2] : [0],
      }
    },
  ),
})
