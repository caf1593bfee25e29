import { type Drawing, rasteriseSvg } from './svg.ts'

export type PatternName =
  | 'stripes'
  | 'gingham'
  | 'tartan'
  | 'dots'
  | 'floral'
  | 'camouflage'
  | 'denim'
  | 'paisley'
  | 'linen'
  | 'stars'

/** Patterns that any fabric may carry. */
export const FABRIC_PATTERNS: readonly PatternName[] = [
  'stripes',
  'gingham',
  'tartan',
  'dots',
  'floral',
  'camouflage',
  'denim',
  'paisley',
  'linen',
  'stars',
]

/**
 * One repeat of a pattern. The ground is the fabric's colour (`currentColor`); tiles meet without a seam.
 * All drawn for xfmr.
 */
export const patternTile = (name: PatternName): Drawing => {
  return rasteriseSvg(
    `<svg viewBox="0 0 64 64"><rect width="64" height="64" fill="currentColor"/>${ART[name]}</svg>`,
    TILE,
    TILE,
  )
}

// --- internal ---

const TILE = 64

const grid = (draw: (x: number, y: number) => string): string => {
  let out = ''
  for (const y of [-64, 0, 64]) for (const x of [-64, 0, 64]) out += draw(x, y)
  return out
}

const blob = (d: (x: number, y: number) => string, fill: string, opacity = 1): string =>
  grid((x, y) => `<path d="${d(x, y)}" fill="${fill}" opacity="${opacity}"/>`)

const flower = (cx: number, cy: number, r: number, petals: string, heart: string): string =>
  grid((x, y) => {
    const at = (dx: number, dy: number, size: number, fill: string): string =>
      `<circle cx="${x + cx + dx * r}" cy="${y + cy + dy * r}" r="${size * r}" fill="${fill}"/>`
    return (
      at(0, -0.62, 0.46, petals) +
      at(0.59, -0.19, 0.46, petals) +
      at(0.36, 0.5, 0.46, petals) +
      at(-0.36, 0.5, 0.46, petals) +
      at(-0.59, -0.19, 0.46, petals) +
      at(0, 0, 0.32, heart)
    )
  })

const star = (cx: number, cy: number, r: number): string =>
  blob(
    (x, y) => {
      const px = (k: number): string => `${x + cx + k * r}`
      const py = (k: number): string => `${y + cy + k * r}`
      return `M${px(0)} ${py(-1)}L${px(0.24)} ${py(-0.31)}L${px(0.95)} ${py(-0.31)}L${px(0.38)} ${py(0.12)}L${px(0.59)} ${py(0.81)}L${px(0)} ${py(0.38)}L${px(-0.59)} ${py(0.81)}L${px(-0.38)} ${py(0.12)}L${px(-0.95)} ${py(-0.31)}L${px(-0.24)} ${py(-0.31)}Z`
    },
    '#f3efe4',
    0.9,
  )

const drop = (cx: number, cy: number, s: number, fill: string): string =>
  blob(
    (x, y) => {
      const p = (dx: number, dy: number): string => `${x + cx + dx * s} ${y + cy + dy * s}`
      return `M${p(0, -10)}C${p(9, -10)} ${p(10, 6)} ${p(0, 8)}C${p(-8, 9)} ${p(-10, 0)} ${p(-5, -3)}C${p(-2, -5)} ${p(3, -5)} ${p(0, -10)}Z`
    },
    fill,
    0.9,
  )

const threads = (step: number, across: string, down: string, opacity: number): string => {
  let out = ''
  for (let at = 0; at < 64; at += step) {
    out += `<rect x="${at}" y="0" width="${step / 2}" height="64" fill="${down}" opacity="${opacity}"/>`
    out += `<rect x="0" y="${at}" width="64" height="${step / 2}" fill="${across}" opacity="${opacity}"/>`
  }
  return out
}

const ART: Record<PatternName, string> = {
  stripes:
    '<rect x="8" width="14" height="64" fill="#f4f1ea" opacity=".85"/><rect x="38" width="6" height="64" fill="#f4f1ea" opacity=".6"/>',
  gingham:
    '<rect width="32" height="64" fill="#fff" opacity=".55"/><rect width="64" height="32" fill="#fff" opacity=".55"/>',
  tartan:
    '<rect x="6" width="22" height="64" fill="#1d2b22" opacity=".5"/><rect y="6" width="64" height="22" fill="#1d2b22" opacity=".5"/>' +
    '<rect x="42" width="5" height="64" fill="#e9d9a6" opacity=".6"/><rect y="42" width="64" height="5" fill="#e9d9a6" opacity=".6"/>' +
    '<rect x="16" width="2" height="64" fill="#c9d4e0" opacity=".6"/><rect y="16" width="64" height="2" fill="#c9d4e0" opacity=".6"/>',
  dots: '<circle cx="16" cy="16" r="8" fill="#f7f4ee"/><circle cx="48" cy="48" r="8" fill="#f7f4ee"/>',
  floral:
    flower(16, 18, 12, '#d9788a', '#f1d06a') +
    flower(46, 44, 14, '#f3ead9', '#d99a4e') +
    flower(44, 10, 7, '#8fb3cf', '#f3ead9') +
    blob((x, y) => `M${x + 22} ${y + 40}q8 -8 12 2q-8 6 -12 -2z`, '#5f8a5a') +
    blob((x, y) => `M${x + 4} ${y + 50}q4 -10 12 -4q-3 9 -12 4z`, '#5f8a5a'),
  camouflage:
    blob(
      (x, y) => `M${x + 4} ${y + 8}c14 -10 22 4 30 2c8 6 -4 14 -14 12c-12 4 -22 0 -16 -14z`,
      '#3c4029',
      0.9,
    ) +
    blob(
      (x, y) => `M${x + 36} ${y + 34}c12 -8 26 0 22 12c-6 10 -18 4 -24 10c-8 -4 -8 -16 2 -22z`,
      '#8a7a55',
      0.9,
    ) +
    blob((x, y) => `M${x + 2} ${y + 44}c8 -6 18 2 16 10c-6 8 -20 2 -16 -10z`, '#23261c', 0.9) +
    blob((x, y) => `M${x + 44} ${y + 4}c8 -4 14 6 8 12c-8 2 -14 -6 -8 -12z`, '#23261c', 0.9),
  denim: threads(4, '#000', '#fff', 0.1),
  linen: threads(8, '#fff', '#000', 0.07),
  paisley:
    drop(18, 22, 1.5, '#f2ede2') +
    drop(18, 22, 0.8, '#2a2c33') +
    drop(48, 50, 1.3, '#f2ede2') +
    drop(48, 50, 0.65, '#2a2c33') +
    '<circle cx="48" cy="16" r="4" fill="#f2ede2"/><circle cx="20" cy="52" r="4" fill="#f2ede2"/>' +
    '<circle cx="36" cy="30" r="1.8" fill="#f2ede2"/><circle cx="4" cy="36" r="1.8" fill="#f2ede2"/><circle cx="58" cy="30" r="1.8" fill="#f2ede2"/>',
  stars: star(18, 20, 11) + star(50, 48, 9) + star(48, 12, 4) + star(16, 54, 5),
}
