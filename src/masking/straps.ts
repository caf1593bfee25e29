import type { Point } from '../image/photo.ts'
import { fillPolygons, strokeOutline } from './fill.ts'
import { dot, type Pose, unit, type Vec3 } from './head.ts'
import type { Layer } from './layer.ts'
import type { Light } from './light.ts'
import { type HeadToPhoto, maskPoint } from './mesh.ts'
import type { Window } from './raster.ts'
import type { MaskRecipe } from './recipe.ts'
import type { Strap, Surface } from './surfaces.ts'

/** A strap as it will be drawn: its middle line in the photo, how wide, how bright, how much of it shows. */
export type StrapLine = {
  readonly points: readonly Point[]
  readonly width: number
  readonly brightness: number
  readonly opacity: number
}

/**
 * The ear loops and bands in the photo: from the mask over the cheek to where they pass behind the ear or the head, in perspective.
 * Sides that the head hides have none.
 */
export const strapLines = (
  surface: Surface,
  recipe: MaskRecipe,
  pose: Pose,
  toPhoto: HeadToPhoto,
  light: Light,
): StrapLine[] => {
  const lines: StrapLine[] = []
  for (const strap of surface.straps) {
    for (const side of [-1, 1] as const) {
      // The cheek in front of the ear looks sideways and a little forward.
      const opacity = Math.max(0, Math.min(1, (dot(pose.toward, unit([side, 0, 0.25])) + 0.12) / 0.3))
      if (opacity > 0) lines.push({ ...lineOf(strap, side, surface, recipe, pose, toPhoto, light), opacity })
    }
  }
  return lines
}

/** Draws strap lines under what a layer holds, fading out at their ends (the hair or ear that really hides them is not known). */
export const drawStraps = (
  layer: Layer,
  lines: readonly StrapLine[],
  colour: readonly number[],
  window: Window,
): void => {
  for (const { points, width, brightness, opacity } of lines) {
    const xs = points.map(([x]) => x)
    const ys = points.map(([, y]) => y)
    const left = Math.max(window.left, Math.floor(Math.min(...xs) - width))
    const top = Math.max(window.top, Math.floor(Math.min(...ys) - width))
    const right = Math.min(window.left + window.width, Math.ceil(Math.max(...xs) + width) + 1)
    const bottom = Math.min(window.top + window.height, Math.ceil(Math.max(...ys) + width) + 1)
    if (right <= left || bottom <= top) continue
    const local = points.map(([x, y]): Point => [x - left, y - top])
    const coverage = fillPolygons([strokeOutline(local, width)], right - left, bottom - top)
    const [ax, ay] = local[0]!
    const [bx, by] = local.at(-1)!
    const span = (bx - ax) ** 2 + (by - ay) ** 2 || 1
    for (let y = 0, i = 0; y < coverage.height; y++) {
      let o = ((y + top - window.top) * window.width + left - window.left) * 4
      for (let x = 0; x < coverage.width; x++, i++, o += 4) {
        const covered = coverage.data[i]!
        if (covered === 0) continue
        const t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / span
        const alpha = covered * opacity * Math.max(0, Math.min(1, (1.02 - t) / 0.3))
        const weight = alpha * (1 - layer.data[o + 3]!)
        for (let k = 0; k < 3; k++) layer.data[o + k]! += Math.min(255, colour[k]! * brightness) * weight
        layer.data[o + 3]! += weight
      }
    }
  }
}

// --- internal ---

const STEPS = 10

const lineOf = (
  strap: Strap,
  side: 1 | -1,
  surface: Surface,
  recipe: MaskRecipe,
  pose: Pose,
  toPhoto: HeadToPhoto,
  light: Light,
): Omit<StrapLine, 'opacity'> => {
  const start = maskPoint(surface, recipe, side * strap.u, strap.v)
  const end: Vec3 = [side * strap.end[0], strap.end[1], strap.end[2]]
  const middle: Vec3 = [
    (start[0] + end[0]) / 2 + side * 0.05,
    (start[1] + end[1]) / 2 + 0.02,
    (start[2] + end[2]) / 2 + 0.03,
  ]
  const points = Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS
    const mix = (k: 0 | 1 | 2): number =>
      (1 - t) * (1 - t) * start[k] + 2 * t * (1 - t) * middle[k] + t * t * end[k]
    return toPhoto([mix(0), mix(1), mix(2)])
  })
  const n: Vec3 = unit([side, -0.1, 0.4])
  const shade = light.shade(dot(pose.right, n), dot(pose.down, n), dot(pose.toward, n), start[0], start[1])
  return { points, width: Math.max(0.8, strap.width * pose.scale), brightness: Math.sqrt(shade) }
}
