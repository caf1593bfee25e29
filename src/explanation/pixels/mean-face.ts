import { resizeMap } from '../../image/resize.ts'
import { MEAN_FACE } from './_mean-face-data.ts'

/**
 * The face of nobody: the mean of aligned faces of many people, brightness 0 to 255 as planes [3, size, size].
 * @param channels Order of the planes.
 */
export const meanFace = (size: number, channels: 'rgb' | 'bgr'): Float32Array => {
  const { side, base64 } = MEAN_FACE
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  const planes = new Float32Array(3 * size * size)
  for (let colour = 0; colour < 3; colour++) {
    const data = Float32Array.from({ length: side * side }, (_, i) => bytes[i * 3 + colour]!)
    const large = resizeMap({ width: side, height: side, data }, size, size).data
    planes.set(large, (channels === 'rgb' ? colour : 2 - colour) * size * size)
  }
  return planes
}
