import { XfmrError } from '../errors.ts'
import type { Dim } from './graph.ts'

/** The shape that numpy-style broadcasting gives. */
export const broadcast = (a: readonly Dim[], b: readonly Dim[]): Dim[] => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    // A symbolic length against a number can only work if they agree.
    if (typeof left === 'string') return right
    if (typeof right === 'string') return left
    throw new XfmrError('E_MODEL_SHAPE', `Shapes [${a}] and [${b}] do not broadcast.`)
  })
}

/**
 * Turns a possibly negative axis into a position from 0 to `last`.
 * @throws XfmrError `E_MODEL_INVALID` when there is no such axis.
 */
export const axisOf = (axis: number, rank: number, last: number = rank - 1): number => {
  const position = axis < 0 ? axis + rank : axis
  if (position >= 0 && position <= last) return position
  throw new XfmrError('E_MODEL_INVALID', `A tensor with ${rank} axes has no axis ${axis}.`)
}

/** All lengths as numbers. @throws XfmrError `E_MODEL_SHAPE` when one is symbolic. */
export const fixed = (shape: readonly Dim[], what: string): number[] =>
  shape.map(dim => {
    if (typeof dim === 'number') return dim
    throw new XfmrError('E_MODEL_SHAPE', `${what} needs fixed lengths, but the shape is [${shape}].`)
  })
