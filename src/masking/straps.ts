import type { Point } from '../image/photo.ts'
import { fillPolygons, strokeOutline } from './fill.ts'
import { dot, type Pose, unit, type Vec3 } from './head.ts'
import type { Layer } from './layer.ts'
import type { Light } from './light.ts'
import { type HeadToPhoto, maskPoint } from './mesh.ts'
import type { Window } from './raster.ts'
import type { MaskRecipe } from './recipe.ts'
import type { Strap, Surface } from './surfaces.ts'

/**
 * Draws ear loops and bands into a layer: from the mask over the cheek to where they pass behind the ear or the head, in perspective,
 * fading out there (the hair or ear that really hides them is not known). Sides that the head hides get none.
 */
export const drawStraps = (
  surface: Surface,
  recipe: MaskRecipe,
  pose: Pose,
  toPhoto: HeadToPhoto,
  light: Light,
  colour: readonly number[],
  window: Window,
): Layer => {
  const layer: Layer = {
    width: window.width,
    height: window.height,
    data: new Float32Array(window.width * window.height * 4),
  }
  for (const strap of surface.straps) {
    for (const side of [-1, 1] as const) {
      // The cheek in front of the ear looks sideways and a little forward.
      const facing = dot(pose.toward, unit([side, 0, 0.25]))
      const seen = Math.max(0, Math.min(1, (facing + 0.12) / 0.3))
      if (seen > 0) drawOne(layer, strap, side, seen, surface, recipe, pose, toPhoto, light, colour, window)
    }
  }
  return layer
}

// --- internal ---

const STEPS = 14

const drawOne = (
  layer: Layer,
  strap: Strap,
  side: 1 | -1,
  seen: number,
  surface: Surface,
  recipe: MaskRecipe,
  pose: Pose,
  toPhoto: HeadToPhoto,
  light: Light,
  colour: readonly number[],
  window: Window,
): void => {
  const start = maskPoint(surface, recipe, side * strap.u, strap.v)
  const end: Vec3 = [side * strap.end[0], strap.end[1], strap.end[2]]
  const middle: Vec3 = [
    (start[0] + end[0]) / 2 + side * 0.05,
    (start[1] + end[1]) / 2 + 0.02,
    (start[2] + end[2]) / 2 + 0.03,
  ]
  const line: Point[] = []
  for (let i = 0; i <= STEPS; i++) {
    const t = i / STEPS
    const mix = (k: 0 | 1 | 2): number =>
      (1 - t) * (1 - t) * start[k] + 2 * t * (1 - t) * middle[k] + t * t * end[k]
    const [x, y] = toPhoto([mix(0), mix(1), mix(2)])
    line.push([x - window.left, y - window.top])
  }
  const width = Math.max(0.7, strap.width * pose.scale * (strap.flat ? 1 : 0.8))
  const coverage = fillPolygons(strokeOutline(line, width), window.width, window.height)
  const [ax, ay] = line[0]!
  const [bx, by] = line[STEPS]!
  const span = (bx - ax) ** 2 + (by - ay) ** 2 || 1
  const n: Vec3 = unit([side, -0.1, 0.4])
  const shade = Math.sqrt(
    light.shade(dot(pose.right, n), dot(pose.down, n), dot(pose.toward, n), start[0], start[1]),
  )
  for (let y = 0, i = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++, i++) {
      const covered = coverage.data[i]!
      if (covered === 0) continue
      const t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / span
      const alpha = covered * seen * Math.max(0, Math.min(1, (1.02 - t) / 0.4))
      const keep = 1 - alpha
      for (let k = 0; k < 3; k++) {
        const value = Math.min(255, colour[k]! * shade)
        layer.data[i * 4 + k] = layer.data[i * 4 + k]! * keep + value * alpha
      }
      layer.data[i * 4 + 3] = layer.data[i * 4 + 3]! * keep + alpha
    }
  }
}
