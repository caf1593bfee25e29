import { XfmrError } from '../errors.ts'
import { blur } from '../image/blur.ts'
import { type Coverage, ellipse, fillPolygons, type Polygon, strokeOutline } from './fill.ts'
import { dash, type Line, parsePath } from './path.ts'

/**
 * A drawing as planes of width x height, values 0 to 1, premultiplied by the opacity.
 * `current` tells how much of the pixel shows the colour that the drawing calls `currentColor`, so that one
 * rasterised template serves every fabric colour and pattern: pixel = red/green/blue + current * fabric.
 */
export type Drawing = {
  readonly width: number
  readonly height: number
  readonly red: Float32Array
  readonly green: Float32Array
  readonly blue: Float32Array
  readonly current: Float32Array
  readonly alpha: Float32Array
}

/**
 * Rasterises a small part of SVG, the same bits in every JavaScript engine: `path`, `rect`, `ellipse`, `circle`,
 * nested `g` with `opacity`, linear and radial gradients in user space, `fill`, `stroke`, `stroke-width`,
 * `stroke-dasharray`, opacities, `filter="blur(Npx)"` on shapes. Colours: `#rgb`, `#rrggbb`, `none`, `currentColor`, `url(#id)`.
 * The drawing is stretched from its `viewBox` to the raster.
 * @throws XfmrError `E_DECODE` on anything outside this part.
 */
export const rasteriseSvg = (svg: string, width: number, height: number): Drawing => {
  const elements = parse(svg)
  const [left, top, spanX, spanY] = viewBox(elements)
  const size = width * height
  const plane = (): Float32Array => new Float32Array(size)
  const out = { width, height, red: plane(), green: plane(), blue: plane(), current: plane(), alpha: plane() }
  const frame: Frame = { left, top, scaleX: width / spanX, scaleY: height / spanY, width, height }
  const gradients = readGradients(elements)
  const opacities = [1]
  for (const element of elements) {
    if (element.close) {
      if (element.name === 'g') opacities.pop()
      continue
    }
    if (element.name === 'g') {
      opacities.push(opacities.at(-1)! * attribute(element, 'opacity', 1))
      if (element.empty) opacities.pop()
      continue
    }
    if (IGNORED.has(element.name)) continue
    drawShape(out, element, frame, gradients, opacities.at(-1)!)
  }
  return out
}

// --- internal ---

type Element = { name: string; attributes: Record<string, string>; close: boolean; empty: boolean }
type Frame = { left: number; top: number; scaleX: number; scaleY: number; width: number; height: number }
type Paint = readonly [red: number, green: number, blue: number, current: number, alpha: number]
type Stop = { offset: number; paint: Paint }
type Gradient = {
  radial: boolean
  a: readonly [number, number]
  b: readonly [number, number]
  radius: number
  stops: Stop[]
}

const IGNORED = new Set(['svg', 'defs', 'linearGradient', 'radialGradient', 'stop', 'title', 'desc'])

const parse = (svg: string): Element[] =>
  [...svg.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '').matchAll(/<(\/?)([a-zA-Z]+)([^>]*?)(\/?)>/g)].map(
    ([, close, name, rest, empty]) => ({
      name: name!,
      close: close === '/',
      empty: empty === '/',
      attributes: Object.fromEntries(
        [...rest!.matchAll(/([\w:-]+)\s*=\s*"([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
      ),
    }),
  )

const viewBox = (elements: readonly Element[]): number[] => {
  const box = elements
    .find(element => element.name === 'svg')
    ?.attributes.viewBox?.split(/[\s,]+/)
    .map(Number)
  if (box?.length === 4 && box.every(Number.isFinite) && box[2]! > 0 && box[3]! > 0) return box
  throw new XfmrError('E_DECODE', 'The SVG template has no usable viewBox.')
}

const attribute = (element: Element, name: string, fallback: number): number => {
  const text = element.attributes[name]
  return text === undefined ? fallback : Number(text)
}

const paintOf = (text: string, opacity: number): Paint => {
  if (text === 'currentColor') return [0, 0, 0, opacity, opacity]
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]
  if (!hex) throw new XfmrError('E_DECODE', `SVG colour "${text}" is not supported.`)
  const full = hex.length === 3 ? [...hex].map(digit => digit + digit).join('') : hex
  const channel = (at: number): number => (Number.parseInt(full.slice(at, at + 2), 16) / 255) * opacity
  return [channel(0), channel(2), channel(4), 0, opacity]
}

const readGradients = (elements: readonly Element[]): Map<string, Gradient> => {
  const out = new Map<string, Gradient>()
  let open: Gradient | undefined
  for (const element of elements) {
    if (element.close) continue
    const get = (name: string, fallback = 0): number => attribute(element, name, fallback)
    if (element.name === 'linearGradient')
      open = { radial: false, a: [get('x1'), get('y1')], b: [get('x2'), get('y2')], radius: 0, stops: [] }
    else if (element.name === 'radialGradient')
      open = {
        radial: true,
        a: [get('cx'), get('cy')],
        b: [get('cx'), get('cy')],
        radius: get('r'),
        stops: [],
      }
    else if (element.name === 'stop' && open) {
      const paint = paintOf(element.attributes['stop-color'] ?? '#000', get('stop-opacity', 1))
      open.stops.push({ offset: get('offset'), paint })
      continue
    } else continue
    out.set(element.attributes.id ?? '', open)
  }
  return out
}

const drawShape = (
  out: Drawing,
  element: Element,
  frame: Frame,
  gradients: Map<string, Gradient>,
  groupOpacity: number,
): void => {
  const lines = shapeLines(element)
  const opacity = groupOpacity * attribute(element, 'opacity', 1)
  const soft = Number(/^blur\(([\d.]+)px\)$/.exec(element.attributes.filter ?? 'blur(0px)')?.[1] ?? 0)
  const fill = element.attributes.fill ?? '#000'
  const stroke = element.attributes.stroke ?? 'none'
  const cover = (polygons: readonly Polygon[]): Coverage => {
    const coverage = fillPolygons(
      polygons.map(polygon => toRaster(polygon, frame)),
      frame.width,
      frame.height,
    )
    blur(coverage.data, frame.width, frame.height, (soft * (frame.scaleX + frame.scaleY)) / 2)
    return coverage
  }
  if (fill !== 'none')
    composite(
      out,
      cover(lines.map(line => line.points)),
      fill,
      opacity * attribute(element, 'fill-opacity', 1),
      frame,
      gradients,
    )
  if (stroke !== 'none') {
    const width = attribute(element, 'stroke-width', 1)
    const pattern = element.attributes['stroke-dasharray']?.split(/[\s,]+/).map(Number)
    const outlines = lines.flatMap(({ points, closed }) => {
      if (!pattern) return [strokeOutline(points, width, closed)]
      return dash(closed ? [...points, points[0]!] : points, pattern).map(piece =>
        strokeOutline(piece, width),
      )
    })
    composite(
      out,
      cover(outlines),
      stroke,
      opacity * attribute(element, 'stroke-opacity', 1),
      frame,
      gradients,
    )
  }
}

const toRaster = (polygon: Polygon, { left, top, scaleX, scaleY }: Frame): Polygon =>
  polygon.map(([x, y]) => [(x - left) * scaleX - 0.5, (y - top) * scaleY - 0.5] as const)

const shapeLines = (element: Element): Line[] => {
  const get = (name: string): number => attribute(element, name, 0)
  switch (element.name) {
    case 'path':
      return parsePath(element.attributes.d ?? '')
    case 'rect': {
      const [x, y, w, h] = [get('x'), get('y'), get('width'), get('height')]
      return parsePath(`M${x} ${y}h${w}v${h}h${-w}z`)
    }
    case 'circle':
      return [{ points: [...ellipse([get('cx'), get('cy')], get('r'), get('r'))], closed: true }]
    case 'ellipse':
      return [{ points: [...ellipse([get('cx'), get('cy')], get('rx'), get('ry'))], closed: true }]
    default:
      throw new XfmrError('E_DECODE', `SVG element "${element.name}" is not supported.`)
  }
}

/** Paints `over` what is there, weighted by the coverage. */
const composite = (
  out: Drawing,
  coverage: Coverage,
  text: string,
  opacity: number,
  frame: Frame,
  gradients: Map<string, Gradient>,
): void => {
  const id = /^url\(#(.+)\)$/.exec(text)?.[1]
  const gradient = id === undefined ? undefined : gradients.get(id)
  if (id !== undefined && !gradient)
    throw new XfmrError('E_DECODE', `The SVG template has no gradient "${id}".`)
  const flat = gradient ? undefined : paintOf(text, 1)
  const { data, width, height } = coverage
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const weight = data[i]! * opacity
      if (weight === 0) continue
      const paint =
        flat ??
        gradientAt(gradient!, (x + 0.5) / frame.scaleX + frame.left, (y + 0.5) / frame.scaleY + frame.top)
      const keep = 1 - paint[4] * weight
      out.red[i] = out.red[i]! * keep + paint[0] * weight
      out.green[i] = out.green[i]! * keep + paint[1] * weight
      out.blue[i] = out.blue[i]! * keep + paint[2] * weight
      out.current[i] = out.current[i]! * keep + paint[3] * weight
      out.alpha[i] = out.alpha[i]! * keep + paint[4] * weight
    }
  }
}

const gradientAt = ({ radial, a, b, radius, stops }: Gradient, x: number, y: number): Paint => {
  const dx = x - a[0]
  const dy = y - a[1]
  const spanX = b[0] - a[0]
  const spanY = b[1] - a[1]
  const t = radial
    ? Math.sqrt(dx * dx + dy * dy) / radius
    : (dx * spanX + dy * spanY) / (spanX * spanX + spanY * spanY)
  let after = stops.findIndex(stop => stop.offset >= t)
  if (after === -1) after = stops.length - 1
  const before = Math.max(0, after - 1)
  const low = stops[before]!
  const high = stops[after]!
  const span = high.offset - low.offset
  const mix = span > 0 ? Math.max(0, Math.min(1, (t - low.offset) / span)) : 1
  return low.paint.map((value, k) => value + (high.paint[k]! - value) * mix) as unknown as Paint
}
