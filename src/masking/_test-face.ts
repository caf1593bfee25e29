import type { Photo, Point } from '../image/photo.ts'
import { HEAD, type Pose, project, type Vec3 } from './head.ts'

/** The mean head turned by yaw, pitch and roll (degrees), as a pose; worked out here from sines, not by the code under test. */
export const poseOf = (yaw: number, pitch: number, roll: number, scale: number, origin: Point): Pose => {
  const rad = Math.PI / 180
  const [sy, cy] = [Math.sin(yaw * rad), Math.cos(yaw * rad)]
  const [sp, cp] = [Math.sin(pitch * rad), Math.cos(pitch * rad)]
  const [sr, cr] = [Math.sin(roll * rad), Math.cos(roll * rad)]
  // First the yaw about the vertical axis, then the pitch about the horizontal one, then the roll in the image plane.
  const turned = ([x, y, z]: Vec3): Vec3 => {
    const x1 = cy * x + sy * z
    const z1 = -sy * x + cy * z
    const y2 = cp * y - sp * z1
    const z2 = sp * y + cp * z1
    return [cr * x1 - sr * y2, sr * x1 + cr * y2, z2]
  }
  const columns = [turned([1, 0, 0]), turned([0, 1, 0]), turned([0, 0, 1])]
  const row = (k: 0 | 1 | 2): Vec3 => [columns[0]![k], columns[1]![k], columns[2]![k]]
  return { origin, scale, right: row(0), down: row(1), toward: row(2), yaw, pitch, roll }
}

/** The 68 landmarks of the mean head in a pose. */
export const landmarksOf = (pose: Pose): Point[] => HEAD.map(p => project(pose, p))

/** A grey-brown ball with a gradient: enough of a face for light and quality to be read, and nobody's likeness. */
export const drawnFace = (width: number, height: number, pose: Pose): Photo => {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = (x - pose.origin[0]) / (1.25 * pose.scale)
      const dy = (y - pose.origin[1] - 0.75 * pose.scale) / (1.7 * pose.scale)
      const inside = 1 - dx * dx - dy * dy
      const o = (y * width + x) * 3
      const texture = ((x * 7 + y * 13) % 5) - 2
      const light =
        inside > 0 ? 150 + 60 * Math.sqrt(inside) - 8 * dx + texture : 70 + (40 * y) / height + texture
      data[o] = light
      data[o + 1] = inside > 0 ? light * 0.77 : light
      data[o + 2] = inside > 0 ? light * 0.65 : light * 1.1
    }
  }
  return { width, height, data }
}
