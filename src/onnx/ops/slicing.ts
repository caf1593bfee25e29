import { int, intOf } from '../attributes.ts'
import { axisOf, fixed } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { type Scope, unsupported } from '../scope.ts'
import { likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

export const Concat: Rule = {
  infer: (node, scope) => {
    const types = node.inputs.map(name => scope.typeOf(name))
    const { type, shape } = types[0]!
    const axis = axisOf(intOf(node, 'axis', 0), shape.length)
    const lengths = types.map(value => value.shape[axis]!)
    const parts = node.inputs.map(name => scope.integers(name))
    if (parts.every(part => part !== undefined)) scope.setIntegers(node.outputs[0]!, parts.flat())
    const sum = lengths.every(length => typeof length === 'number')
      ? (lengths as number[]).reduce((a, b) => a + b)
      : lengths.join('+')
    return [{ type, shape: shape.with(axis, sum) }]
  },
  gradient: ({ node, dy, wants, build }) => {
    const axis = axisOf(intOf(node, 'axis', 0), build.shapeOf(dy).length)
    let start = 0
    return node.inputs.map((input, index) => {
      const [length] = fixed([build.shapeOf(input)[axis]!], 'The gradient of Concat')
      const from = start
      start += length!
      if (!wants(index)) return undefined
      return build.op('Slice', [
        dy,
        build.integers([from]),
        build.integers([from + length!]),
        build.integers([axis]),
      ])
    })
  },
}

export const Slice: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const cuts = cutsOf(node, scope)
    const dims = [...shape]
    for (const { axis, start, end, step } of cuts) {
      const length = shape[axis]!
      if (typeof length === 'string') {
        const whole = start === 0 && end >= INT32_MAX && step === 1
        dims[axis] = whole ? length : `${length}_of_${node.outputs[0]}`
      } else {
        const [from, to] = bounds(start, end, step, length)
        dims[axis] = Math.max(0, Math.ceil((to - from) / step))
      }
    }
    const values = scope.integers(node.inputs[0]!)
    const [cut] = cuts
    if (values && cut && cuts.length === 1 && cut.step === 1) {
      const [from, to] = bounds(cut.start, cut.end, 1, values.length)
      scope.setIntegers(node.outputs[0]!, values.slice(from, to))
    }
    return [{ type, shape: dims }]
  },
  /** Puts dy back where it was cut from, with zeros around and, for steps above one, between. */
  gradient: ({ node, dy, build }) => {
    const shape = build.shapeOf(node.inputs[0]!)
    if (build.shapeOf(dy).includes(0)) return [build.zerosLike(node.inputs[0]!)]
    let result = dy
    for (const { axis, start, end, step } of cutsOf(node, build.scope)) {
      const [length] = fixed([shape[axis]!], 'The gradient of Slice') as [number]
      const [from, to] = bounds(start, end, step, length)
      const count = Math.ceil((to - from) / step)
      if (step < 0) {
        const rank = build.shapeOf(result).length
        result = build.op('Slice', [
          result,
          ...[-1, -(2 ** 31), axisOf(axis, rank), -1].map(v => build.integers([v])),
        ])
      }
      const stride = Math.abs(step)
      if (stride > 1) {
        // One more axis, padded from 1 to the stride, then merged: zeros between the kept elements.
        const current = build.shapeOf(result)
        const wide = build.op('Unsqueeze', [result, build.integers([axis + 1])])
        const padded = pad(wide, axis + 1, 0, stride - 1)
        result = build.reshape(padded, current.with(axis, count * stride))
        result = build.op('Slice', [
          result,
          build.integers([0]),
          build.integers([(count - 1) * stride + 1]),
          build.integers([axis]),
        ])
      }
      const first = step > 0 ? from : from + (count - 1) * step
      const span = (count - 1) * stride + 1
      if (first > 0 || first + span < length) result = pad(result, axis, first, length - first - span)
    }
    return [result]

    function pad(name: string, axis: number, before: number, after: number): string {
      const rank = build.shapeOf(name).length
      const pads = new Array<number>(2 * rank).fill(0)
      pads[axis] = before
      pads[axis + rank] = after
      return build.op('Pad', [name, build.integers(pads)])
    }
  },
}

export const Pad: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const pads = padsOf(node, scope)
    const rank = shape.length
    const dims = shape.map((dim, axis): Dim => {
      const extra = pads[axis]! + pads[axis + rank]!
      return extra === 0 ? dim : typeof dim === 'number' ? dim + extra : `${dim}_of_${node.outputs[0]}`
    })
    return [{ type, shape: dims }]
  },
  gradient: ({ node, dy, build }) => {
    const mode = node.attributes.mode
    if (mode?.type === 'string' && mode.value !== 'constant') {
      throw unsupported(node, `xfmr has no gradient for padding mode "${mode.value}"`)
    }
    // Padding by less than nothing cuts, so that the opposite padding undoes either.
    const opposite = padsOf(node, build.scope).map(pad => (pad === 0 ? 0 : -pad))
    return [opposite.some(pad => pad !== 0) ? build.op('Pad', [dy, build.integers(opposite)]) : dy]
  },
}

export const Gather: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const indices = scope.shapeOf(node.inputs[1]!)
    const axis = axisOf(intOf(node, 'axis', 0), shape.length)
    const values = scope.integers(node.inputs[0]!)
    const picks = scope.integers(node.inputs[1]!)
    if (values && picks) {
      scope.setIntegers(
        node.outputs[0]!,
        picks.map(pick => values.at(pick as number)!),
      )
    }
    return [{ type, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }]
  },
}

export const Split: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const axis = axisOf(intOf(node, 'axis', 0), shape.length)
    return splitLengths(node, scope, axis).map(length => ({ type, shape: shape.with(axis, length) }))
  },
  gradient: ({ node, dy, dys, build }) => {
    const others = node.outputs.slice(1).map((output, i) => dys[i + 1] ?? build.zerosLike(output))
    return [build.op('Concat', [dy, ...others], { axis: int(intOf(node, 'axis', 0)) })]
  },
}

/** Adds updates into data at given positions (used by gradients; has none itself). */
export const ScatterElements: Rule = { infer: likeInput }

// --- internal ---

/** As an end, the largest integer of either size means "all the way", also when going backwards. */
const INT32_MAX = 2 ** 31 - 1
const INT64_MAX = 2 ** 63

type Cut = { axis: number; start: number; end: number; step: number }

const cutsOf = (node: Node, scope: Scope): Cut[] => {
  const rank = scope.shapeOf(node.inputs[0]!).length
  const read = (index: number): readonly number[] | undefined => {
    const name = node.inputs[index]
    if (!name) return undefined
    const values = scope.integers(name)
    if (!values?.every(value => typeof value === 'number')) {
      throw unsupported(node, 'its bounds are not known before it runs')
    }
    return values as number[]
  }
  const starts = read(1)!
  const ends = read(2)!
  const axes = read(3) ?? starts.map((_, axis) => axis)
  const steps = read(4) ?? starts.map(() => 1)
  return starts.map((start, i) => ({ axis: axisOf(axes[i]!, rank), start, end: ends[i]!, step: steps[i]! }))
}

/** Resolves negative and overlong bounds as ONNX does; `to` is exclusive in the direction of the step. */
const bounds = (start: number, end: number, step: number, length: number): [number, number] => {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  const from = start < 0 ? start + length : start
  if (end === INT32_MAX || end >= INT64_MAX)
    return step > 0 ? [clamp(from, 0, length), length] : [clamp(from, 0, length - 1), -1]
  const to = end < 0 ? end + length : end
  return step > 0
    ? [clamp(from, 0, length), clamp(to, 0, length)]
    : [clamp(from, 0, length - 1), clamp(to, -1, length - 1)]
}

/** The padding before every axis, then after every axis. */
const padsOf = (node: Node, scope: Scope): number[] => {
  const rank = scope.shapeOf(node.inputs[0]!).length
  const pads = scope.integers(node.inputs[1]!)
  const axes = node.inputs[3]
    ? scope.integers(node.inputs[3])
    : Array.from({ length: rank }, (_, axis) => axis)
  if (!pads || !axes) throw unsupported(node, 'its padding is not known before it runs')
  const all = new Array<number>(2 * rank).fill(0)
  axes.forEach((axis, i) => {
    const position = axisOf(axis as number, rank)
    all[position] = pads[i] as number
    all[position + rank] = pads[i + axes.length] as number
  })
  return all
}

const splitLengths = (node: Node, scope: Scope, axis: number): readonly Dim[] => {
  if (node.inputs[1]) {
    const given = scope.integers(node.inputs[1])
    if (!given) throw unsupported(node, 'its lengths are not known before it runs')
    return given
  }
  const [length] = fixed([scope.shapeOf(node.inputs[0]!)[axis]!], 'Split') as [number]
  const each = Math.ceil(length / node.outputs.length)
  return node.outputs.map((_, i) => Math.min(each, length - i * each))
}
