import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { type Random, uniform } from '../../../test/random-tensors.ts'
import { int, ints } from '../attributes.ts'
import { int64 } from '../tensor.ts'
import * as layout from './layout.ts'

const shape = dims({ min: 1, max: 4 }, 3)
const bits = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })

const shuffled = (random: Random, length: number): number[] => {
  const keys = Array.from({ length }, (_, index) => ({ index, key: random() }))
  return keys.sort((a, b) => a.key - b.key).map(({ index }) => index)
}

testRules(layout, {
  Reshape: cases(
    { shape, form: fc.constantFrom('flat', 'keep first', 'merge', 'turned', 'open turned') },
    ({ shape, form }, random) => {
      const turned = shuffled(random, shape.length).map(axis => shape[axis]!)
      const target = {
        flat: [-1],
        'keep first': [0, -1],
        merge: shape.length > 1 ? [-1, ...shape.slice(2)] : [-1, 1],
        turned,
        'open turned': turned.with(Math.floor(random() * turned.length), -1),
      }[form]
      return {
        inputs: [uniform(random, shape), int64(target)],
        batched: form.includes('turned') ? undefined : [0],
      }
    },
  ),
  Flatten: cases(
    { shape, axis: fc.option(fc.nat(), { nil: undefined }), back: fc.boolean() },
    (settings, random) => {
      const { shape, axis, back } = settings
      const rank = shape.length
      const position = axis === undefined ? undefined : back ? (axis % rank) - rank : axis % (rank + 1)
      return {
        inputs: [uniform(random, shape)],
        attributes: { axis: position === undefined ? undefined : int(position) },
        batched: [0],
      }
    },
  ),
  Squeeze: cases({ shape, ones: bits, named: fc.boolean(), back: fc.boolean() }, (settings, random) => {
    const { ones, named, back } = settings
    const shape = settings.shape.map((length, axis) => (axis > 0 && ones[axis] ? 1 : Math.max(2, length)))
    const axes = shape.flatMap((length, axis) => (length === 1 ? [back ? axis - shape.length : axis] : []))
    return {
      inputs: [uniform(random, shape), named && axes.length > 0 ? int64(axes) : undefined],
      batched: named && axes.length > 0 ? [0] : undefined,
    }
  }),
  Unsqueeze: cases({ shape, added: bits, back: fc.boolean() }, ({ shape, added, back }, random) => {
    const count = added.filter(Boolean).length || 1
    const rank = shape.length + count
    const axes = shuffled(random, rank).slice(0, count)
    return {
      inputs: [uniform(random, shape), int64(axes.map(axis => (back ? axis - rank : axis)))],
      batched: [0],
    }
  }),
  Identity: cases({ shape }, ({ shape }, random) => ({ inputs: [uniform(random, shape)], batched: [0] })),
  Transpose: cases({ shape, named: fc.boolean() }, ({ shape, named }, random) => ({
    inputs: [uniform(random, shape)],
    attributes: { perm: named ? ints(shuffled(random, shape.length)) : undefined },
    batched: [0],
  })),
  Expand: cases({ shape, from: bits, drop: fc.nat(2), short: fc.boolean() }, (settings, random) => {
    const { shape, from, drop, short } = settings
    const small = shape.map((length, axis) => (from[axis] ? 1 : length)).slice(drop)
    // Ones in the target keep the input's length.
    const target = short && drop === 0 ? shape.map((length, axis) => (from[axis] ? length : 1)) : shape
    const batched = drop === 0 && !from[0] && target[0] === 1
    return { inputs: [uniform(random, small), int64(target)], batched: batched ? [0] : undefined }
  }),
})
