import type { FloatMap } from '../../image/map.ts'
import type { Subject } from '../subject.ts'

/** Joins three colour planes [3, size, size] into one map. */
export const joinColours = (
  { network: { contract } }: Subject,
  planes: Float32Array,
  join: (red: number, green: number, blue: number) => number,
): FloatMap => {
  const { size } = contract
  const pixels = size * size
  const data = new Float32Array(pixels)
  for (let i = 0; i < pixels; i++) {
    data[i] = join(planes[i]!, planes[i + pixels]!, planes[i + 2 * pixels]!)
  }
  return { width: size, height: size, data }
}

export const addColours = (a: number, b: number, c: number): number => a + b + c

/** The strongest colour decides (Simonyan et al. 2014, section 3). */
export const strongestColour = (a: number, b: number, c: number): number =>
  Math.max(Math.abs(a), Math.abs(b), Math.abs(c))

/** The planes by the names of their colours, in the order red, green, blue. */
export const byColour = (
  { network: { contract } }: Subject,
  planes: Float32Array,
): Record<string, FloatMap> => {
  const { size, channels } = contract
  const pixels = size * size
  const plane = (index: number): FloatMap => ({
    width: size,
    height: size,
    data: planes.slice(index * pixels, (index + 1) * pixels),
  })
  const [first, last] = channels === 'rgb' ? [0, 2] : [2, 0]
  return { red: plane(first), green: plane(1), blue: plane(last) }
}
