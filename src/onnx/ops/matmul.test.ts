import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import * as matmul from './matmul.ts'

const length = fc.integer({ min: 1, max: 4 })

testRules(matmul, {
  MatMul: cases(
    {
      lead: dims({ min: 0, max: 2 }, 3),
      rows: length,
      inner: length,
      columns: length,
      /** Which of the two has the leading axes, or has them as ones. */
      leads: fc.constantFrom('both', 'left', 'right', 'ones left', 'ones right'),
    },
    ({ lead, rows, inner, columns, leads }, random) => {
      const ones = lead.map(() => 1)
      const left = { both: lead, left: lead, right: [], 'ones left': ones, 'ones right': lead }[leads]!
      const right = { both: lead, left: [], right: lead, 'ones left': lead, 'ones right': ones }[leads]!
      const batched = { both: [0, 1], left: [0], right: [1], 'ones left': [1], 'ones right': [0] }[leads]!
      return {
        inputs: [uniform(random, [...left, rows, inner]), uniform(random, [...right, inner, columns])],
        // Without leading axes the rows of the left matrix are the batch.
        batched: lead.length > 0 ? batched : [0],
      }
    },
  ),
})
