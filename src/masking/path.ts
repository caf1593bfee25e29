import { XfmrError } from '../errors.ts'
import type { Point } from '../image/photo.ts'

/** One run of an SVG path, with its curves cut into short lines. */
export type Line = { readonly points: Point[]; closed: boolean }

/**
 * Reads the `d` attribute of an SVG path. Commands: M, L, H, V, C, Q, Z, upper case (absolute) or lower case (relative).
 * @throws XfmrError `E_DECODE` on anything else.
 */
export const parsePath = (d: string): Line[] => {
  const tokens = d.match(/[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g) ?? []
  const lines: Line[] = []
  let line: Line = { points: [], closed: false }
  let x = 0
  let y = 0
  let i = 0
  let command = ''
  const number = (): number => {
    const value = Number(tokens[i++])
    if (Number.isNaN(value))
      throw new XfmrError('E_DECODE', `Path "${d.slice(0, 40)}" has a letter where a number belongs.`)
    return value
  }
  const point = (): Point => [number() + (relative() ? x : 0), number() + (relative() ? y : 0)]
  const relative = (): boolean => command !== '' && command === command.toLowerCase()
  const lineTo = ([px, py]: Point): void => {
    line.points.push([px, py])
    x = px
    y = py
  }
  while (i < tokens.length) {
    if (/[a-zA-Z]/.test(tokens[i]!)) command = tokens[i++]!
    switch (command.toUpperCase()) {
      case 'M':
        line = { points: [], closed: false }
        lines.push(line)
        lineTo(point())
        command = command === 'm' ? 'l' : 'L'
        break
      case 'L':
        lineTo(point())
        break
      case 'H':
        lineTo([number() + (relative() ? x : 0), y])
        break
      case 'V':
        lineTo([x, number() + (relative() ? y : 0)])
        break
      case 'Q': {
        const control = point()
        quadratic([x, y], control, point(), lineTo)
        break
      }
      case 'C':
        cubic([x, y], point(), point(), point(), lineTo)
        break
      case 'Z': {
        line.closed = true
        const [startX, startY] = line.points[0]!
        x = startX
        y = startY
        break
      }
      default:
        throw new XfmrError(
          'E_DECODE',
          `Path command "${command}" is not supported; use M, L, H, V, C, Q or Z.`,
        )
    }
  }
  return lines
}

/** Cuts a line into dashes; `pattern` holds the lengths of dash and gap in turn. */
export const dash = (points: readonly Point[], pattern: readonly number[]): Point[][] => {
  const out: Point[][] = []
  let current: Point[] = [points[0]!]
  let left = pattern[0]!
  let at = 0
  for (let i = 1; i < points.length; i++) {
    let [ax, ay] = points[i - 1]!
    const [bx, by] = points[i]!
    let length = Math.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
    while (length > left) {
      ax += ((bx - ax) * left) / length
      ay += ((by - ay) * left) / length
      length -= left
      if (at % 2 === 0) out.push([...current, [ax, ay]])
      current = [[ax, ay]]
      at++
      left = pattern[at % pattern.length]!
    }
    left -= length
    current.push([bx, by])
  }
  if (at % 2 === 0 && current.length > 1) out.push(current)
  return out
}

// --- internal ---

const STEPS = 16

const cubic = (from: Point, a: Point, b: Point, to: Point, lineTo: (point: Point) => void): void => {
  for (let i = 1; i <= STEPS; i++) {
    const t = i / STEPS
    const s = 1 - t
    const mix = (k: 0 | 1): number =>
      s * s * s * from[k] + 3 * s * s * t * a[k] + 3 * s * t * t * b[k] + t * t * t * to[k]
    lineTo([mix(0), mix(1)])
  }
}

const quadratic = (from: Point, control: Point, to: Point, lineTo: (point: Point) => void): void => {
  const toward = (end: Point): Point => [
    end[0] + (2 / 3) * (control[0] - end[0]),
    end[1] + (2 / 3) * (control[1] - end[1]),
  ]
  cubic(from, toward(from), toward(to), to, lineTo)
}
