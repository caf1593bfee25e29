import { blur } from '../image/blur.ts'
import type { Photo, Point } from '../image/photo.ts'
import { fillPolygons } from './fill.ts'
import type { Pose } from './head.ts'
import type { Layer } from './layer.ts'
import type { Window } from './raster.ts'

/**
 * Darkens the skin next to the mask, in place: where a mask stands off, light does not reach. Only on the head and neck that the
 * landmarks outline, not on what is behind. Worked out on a coarse grid, since it is soft anyway.
 * @param layer The mask (and straps), placed at `window` in the photo.
 */
export const castShadow = (
  data: Uint8Array,
  photo: Photo,
  layer: Layer,
  window: Window,
  landmarks: readonly Point[],
  pose: Pose,
): void => {
  const sigma = 0.055 * pose.scale
  const step = Math.max(1, Math.floor(sigma / 0.8))
  const reach = Math.ceil((3 * sigma) / step) * step
  const left = window.left - reach
  const top = window.top - reach
  const width = Math.ceil((window.width + 2 * reach) / step) + 1
  const height = Math.ceil((window.height + 2 * reach) / step) + 1
  const shadow = coarseAlpha(layer, reach / step, step, width, height)
  blur(shadow, width, height, sigma / step)
  const skin = fillPolygons(
    outlines(landmarks, pose).map(polygon =>
      polygon.map(([x, y]): Point => [(x - left + 0.5) / step - 0.5, (y - top + 0.5) / step - 0.5]),
    ),
    width,
    height,
  ).data
  for (let i = 0; i < shadow.length; i++) shadow[i] = STRENGTH * shadow[i]! * skin[i]!
  const endY = Math.min(photo.height, top + (height - 1) * step)
  const endX = Math.min(photo.width, left + (width - 1) * step)
  for (let y = Math.max(0, top); y < endY; y++) {
    const gy = Math.max(0, (y - top + 0.5) / step - 0.5)
    const row = Math.floor(gy)
    const fy = gy - row
    const inRow = y >= window.top && y < window.top + window.height
    for (let x = Math.max(0, left); x < endX; x++) {
      const gx = Math.max(0, (x - left + 0.5) / step - 0.5)
      const column = Math.floor(gx)
      const i = row * width + column
      const upper = shadow[i]! + (shadow[i + 1]! - shadow[i]!) * (gx - column)
      const lower = shadow[i + width]! + (shadow[i + width + 1]! - shadow[i + width]!) * (gx - column)
      let strength = upper + (lower - upper) * fy
      if (strength < 0.004) continue
      // What the mask will cover needs no shadow.
      if (inRow && x >= window.left && x < window.left + window.width) {
        const covered = layer.data[((y - window.top) * layer.width + x - window.left) * 4 + 3]!
        if (covered > 0.97) continue
        // Through a clear window light falls in.
        if (covered > 0.05) strength *= 0.35
      }
      const o = (y * photo.width + x) * 3
      const keep = 1 - strength
      data[o] = Math.round(data[o]! * keep)
      data[o + 1] = Math.round(data[o + 1]! * keep)
      data[o + 2] = Math.round(data[o + 2]! * keep)
    }
  }
}

// --- internal ---

const STRENGTH = 0.42

const coarseAlpha = (
  layer: Layer,
  offset: number,
  step: number,
  width: number,
  height: number,
): Float32Array => {
  const out = new Float32Array(width * height)
  const share = 1 / (step * step)
  for (let y = 0, i = 3; y < layer.height; y++) {
    const row = (Math.floor(y / step) + offset) * width + offset
    for (let x = 0; x < layer.width; x++, i += 4) out[row + Math.floor(x / step)]! += share * layer.data[i]!
  }
  return out
}

/** Face and neck in the photo; both turn the same way. */
const outlines = (landmarks: readonly Point[], { down, scale }: Pose): Point[][] => {
  const below = (i: number): Point => {
    const [x, y] = landmarks[i]!
    return [x, y + 0.7 * scale * down[1]]
  }
  const at = (i: number): Point => landmarks[i]!
  const face = [...Array.from({ length: 17 }, (_, i) => at(i)), ...[26, 24, 19, 17].map(at)]
  return [face, [at(4), below(5), below(11), at(12), at(8)]]
}
