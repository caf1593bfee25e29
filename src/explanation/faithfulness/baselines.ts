import type { AlignedFace } from '../../face/face.ts'
import { blur } from '../../image/blur.ts'
import type { FloatMap } from '../../image/map.ts'
import { resizeMap } from '../../image/resize.ts'
import { createRandom } from '../../random.ts'

/** Maps that know nothing of the network. A method that does not beat them explains nothing. */

/** Noise of as coarse a grain as a map of the last grid: 7 x 7 random cells, enlarged. */
export const randomMap = ({ width, height }: AlignedFace, ...seed: readonly (string | number)[]): FloatMap =>
  resizeMap(noise(7, 7, 'cells', ...seed), width, height)

/** Noise pixel by pixel. Scattered holes harm a network more than closed ones: shows how much of a result is that. */
export const randomPixels = (
  { width, height }: AlignedFace,
  ...seed: readonly (string | number)[]
): FloatMap => noise(width, height, 'pixels', ...seed)

/** A bell around the middle of the aligned face, with a standard deviation of a quarter of its side. */
export const centreMap = ({ width, height }: AlignedFace): FloatMap => {
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const x = ((i % width) + 0.5) / width - 0.5
    const y = (Math.floor(i / width) + 0.5) / height - 0.5
    return Math.exp((-(x * x + y * y) / 2) * 16)
  })
  return { width, height, data }
}

/** How strong the edges of the picture are (length of Sobel's gradient of its brightness), a little softened. */
export const edgeMap = ({ width, height, data }: AlignedFace): FloatMap => {
  const grey = Float32Array.from(
    { length: width * height },
    (_, i) => 0.299 * data[i * 3]! + 0.587 * data[i * 3 + 1]! + 0.114 * data[i * 3 + 2]!,
  )
  const at = (x: number, y: number): number =>
    grey[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))]!
  const edges = grey.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const side = (dx: number): number => at(x + dx, y - 1) + 2 * at(x + dx, y) + at(x + dx, y + 1)
    const end = (dy: number): number => at(x - 1, y + dy) + 2 * at(x, y + dy) + at(x + 1, y + dy)
    return Math.hypot(side(1) - side(-1), end(1) - end(-1))
  })
  blur(edges, width, height, 1)
  return { width, height, data: edges }
}

// --- internal ---

const noise = (width: number, height: number, ...seed: readonly (string | number)[]): FloatMap => {
  const random = createRandom('baseline', ...seed)
  return { width, height, data: Float32Array.from({ length: width * height }, () => random.uniform()) }
}
