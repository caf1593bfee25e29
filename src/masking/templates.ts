import type { RealType } from './recipe.ts'
import type { SurfaceName } from './surfaces.ts'

/** A drawing to be stretched over a {@link SURFACES | surface}, and how its material behaves. */
export type Template = {
  readonly surface: SurfaceName
  /** SVG over a 400 x 300 box; `currentColor` is the fabric. */
  readonly svg: string
  /** How strongly folds show: stiff cups hardly wrinkle. */
  readonly folds: number
  /** Colour of straps: the fabric's own, or white elastic. */
  readonly strap: 'fabric' | 'white'
  /** Fineness and depth of the cloth's own grain. */
  readonly grain: number
}

const svg = (defs: string, body: string): string =>
  `<svg viewBox="0 0 400 300"><defs>${defs}</defs>${body}</svg>`

const vertical = (
  id: string,
  y1: number,
  y2: number,
  stops: readonly (readonly [number, string, number])[],
): string =>
  `<linearGradient id="${id}" x1="0" y1="${y1}" x2="0" y2="${y2}">${stops
    .map(
      ([offset, colour, opacity]) =>
        `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    )
    .join('')}</linearGradient>`

const stitches = (d: string, opacity = 0.28): string =>
  `<path d="${d}" fill="none" stroke="#000" stroke-width="1.6" stroke-dasharray="5,4" opacity="${opacity}"/>`

const crease = (d: string, width: number, opacity: number, soft: number, colour = '#000'): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" opacity="${opacity}" filter="blur(${soft}px)"/>`

/** A pleat: the upper layer ends in a shadow on the layer below, which starts dark and clears downward. */
const pleat = (id: string, y: number, depth: number): { defs: string; body: string } => {
  const edge = `M12 ${y}C90 ${y + 9} 150 ${y + 12} 200 ${y + 12}C250 ${y + 12} 310 ${y + 9} 388 ${y}`
  const below = `${edge}L388 ${y + depth}C310 ${y + depth + 12} 250 ${y + depth + 15} 200 ${y + depth + 15}C150 ${y + depth + 15} 90 ${y + depth + 12} 12 ${y + depth}Z`
  return {
    defs: vertical(id, y + 4, y + depth + 10, [
      [0, '#000', 0.34],
      [0.35, '#000', 0.14],
      [1, '#000', 0],
    ]),
    body:
      `<path d="${below}" fill="url(#${id})"/>` +
      `<path d="${edge}" fill="none" stroke="#000" stroke-width="1.6" opacity=".3"/>` +
      `<path d="M12 ${y - 3}C90 ${y + 6} 150 ${y + 9} 200 ${y + 9}C250 ${y + 9} 310 ${y + 6} 388 ${y - 3}" fill="none" stroke="#fff" stroke-width="3.5" opacity=".3" filter="blur(1.5px)"/>`,
  }
}

const surgicalPleats = [pleat('p1', 88, 26), pleat('p2', 142, 30), pleat('p3', 198, 30)]

/** Tucks where the sides are gathered: short dark wedges that fade toward the middle. */
const gathers = [52, 74, 118, 132, 172, 186, 228, 246]
  .map((y, i) => {
    const reach = 46 + ((i * 37) % 40)
    const bend = ((i * 13) % 9) - 4
    return (
      crease(`M10 ${y}q${reach / 2} ${bend} ${reach} ${bend * 2}`, 4, 0.16, 2.4) +
      crease(`M390 ${y + 5}q${-reach / 2} ${-bend} ${-reach} ${bend}`, 4, 0.16, 2.4)
    )
  })
  .join('')

const SURGICAL = svg(
  surgicalPleats.map(({ defs }) => defs).join('') +
    vertical('rim', 2, 40, [
      [0, '#fff', 0.18],
      [1, '#fff', 0],
    ]),
  '<path d="M5 9Q200 0 395 9L396 288Q390 296 340 297Q200 300 60 297Q10 296 4 288Z" fill="currentColor"/>' +
    '<path d="M5 9Q200 0 395 9L395 40Q200 32 5 40Z" fill="url(#rim)"/>' +
    crease('M118 20Q200 12 282 20', 9, 0.24, 1.6, '#fff') +
    crease('M118 27Q200 19 282 27', 3, 0.22, 1.6) +
    crease('M200 6q-3 22 0 40', 12, 0.12, 5) +
    stitches('M8 38Q200 29 392 38', 0.22) +
    surgicalPleats.map(({ body }) => body).join('') +
    gathers +
    '<path d="M4 8h16v284h-16z" fill="#fff" opacity=".12"/><path d="M380 8h16v284h-16z" fill="#fff" opacity=".12"/>' +
    stitches('M19 12V290', 0.22) +
    stitches('M381 12V290', 0.22) +
    stitches('M12 280Q200 290 388 280', 0.2) +
    crease('M60 288Q200 296 340 288', 8, 0.14, 3),
)

const seam = (d: string): string =>
  crease(d, 7, 0.26, 2.2) + crease(d, 1.6, 0.4, 0.4) + crease(d.replace(/M200/g, 'M205'), 4, 0.16, 2, '#fff')

const CLOTH_OUTLINE =
  'M6 22C70 34 130 22 170 8Q200 -1 230 8C270 22 330 34 394 22L397 262C340 274 280 290 230 297Q200 302 170 297C120 290 60 274 3 262Z'

const CLOTH = svg(
  vertical('low', 200, 300, [
    [0, '#000', 0],
    [1, '#000', 0.16],
  ]),
  `<path d="${CLOTH_OUTLINE}" fill="currentColor"/>` +
    `<path d="${CLOTH_OUTLINE}" fill="url(#low)"/>` +
    seam('M200 4C202 80 202 220 200 297') +
    stitches('M191 6C193 80 193 220 191 296', 0.2) +
    stitches('M209 6C211 80 211 220 209 296', 0.2) +
    stitches('M10 34C74 45 132 34 172 20Q200 11 228 20C268 34 326 45 390 34', 0.3) +
    stitches('M8 252C60 264 120 279 172 286Q200 291 228 286C280 279 340 264 392 252', 0.3) +
    '<path d="M4 20h20v246h-20z" fill="#000" opacity=".1"/><path d="M376 20h20v246h-20z" fill="#000" opacity=".1"/>' +
    stitches('M25 26V262') +
    stitches('M375 26V262') +
    crease('M30 90Q90 100 150 70', 10, 0.13, 6) +
    crease('M30 108Q90 118 150 90', 10, 0.13, 6, '#fff') +
    crease('M370 96Q310 104 250 74', 10, 0.13, 6) +
    crease('M370 114Q310 122 250 94', 10, 0.13, 6, '#fff') +
    crease('M40 190Q110 176 168 210', 12, 0.12, 7) +
    crease('M360 186Q290 176 232 214', 12, 0.12, 7),
)

const FOAM_OUTLINE =
  'M2 34C80 44 140 20 172 8Q200 -2 228 8C260 20 320 44 398 34L399 246C330 262 270 290 226 298Q200 302 174 298C130 290 70 262 1 246Z'

const FOAM = svg(
  '',
  `<path d="${FOAM_OUTLINE}" fill="currentColor"/>` +
    crease('M200 2C204 80 204 220 200 298', 9, 0.22, 2.6) +
    crease('M200 2C204 80 204 220 200 298', 1.8, 0.45, 0.5) +
    crease('M210 4C214 80 214 220 210 296', 7, 0.2, 3, '#fff') +
    crease('M4 40C80 50 140 27 174 15Q200 6 226 15C260 27 320 50 396 40', 3, 0.16, 1.2, '#fff') +
    crease('M4 240C70 256 130 284 176 291Q200 295 224 291C270 284 330 256 396 240', 4, 0.16, 1.5),
)

const N95_OUTLINE =
  'M22 128C26 96 60 60 104 36C140 16 170 8 200 6C230 8 260 16 296 36C340 60 374 96 378 128C388 180 362 236 316 266C280 288 240 295 200 296C160 295 120 288 84 266C38 236 12 180 22 128Z'

const N95 = svg(
  '<radialGradient id="dome" cx="200" cy="140" r="190"><stop offset="0" stop-color="#fff" stop-opacity=".1"/><stop offset=".6" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".24"/></radialGradient>',
  `<path d="${N95_OUTLINE}" fill="currentColor"/><path d="${N95_OUTLINE}" fill="url(#dome)"/>` +
    '<path d="M34 132C40 104 70 70 112 48C146 30 172 21 200 19C228 21 254 30 288 48C330 70 360 104 366 132C374 178 350 228 308 255C274 276 238 283 200 284C162 283 126 276 92 255C50 228 26 178 34 132Z" fill="none" stroke="#000" stroke-width="2.4" opacity=".22" filter="blur(0.8px)"/>' +
    '<path d="M36 135C42 107 72 74 114 51C148 33 174 24 200 22C226 24 252 33 286 51C328 74 358 107 364 135" fill="none" stroke="#fff" stroke-width="3" opacity=".35" filter="blur(1px)"/>' +
    '<path d="M150 30C168 22 184 19 200 18.500C216 19 232 22 250 30L247 40C231 32 215 29 200 28.500C185 29 169 32 153 40Z" fill="#9aa0a4" opacity=".75"/>' +
    '<path d="M156 31C172 25 186 22 200 22C214 22 228 25 244 31" fill="none" stroke="#fff" stroke-width="2.200" opacity=".6" filter="blur(0.6px)"/>' +
    '<path d="M78 92C130 120 270 120 322 92" fill="none" stroke="#000" stroke-width="2" opacity=".13" filter="blur(1px)"/>' +
    '<path d="M70 218C130 246 270 246 330 218" fill="none" stroke="#000" stroke-width="2" opacity=".13" filter="blur(1px)"/>' +
    '<path d="M256 176h34M256 184h26M256 192h30" fill="none" stroke="#223" stroke-width="2.600" opacity=".4"/>' +
    '<path d="M33 106l15 -6l5 14l-15 6zM367 106l-15 -6l-5 14l15 6zM33 206l15 6l5 -14l-15 -6zM367 206l-15 6l-5 -14l15 -6z" fill="#8d9296" opacity=".6"/>',
)

const KN95_OUTLINE =
  'M6 56C70 62 130 34 170 14Q200 2 230 14C270 34 330 62 394 56L396 244C330 254 270 282 230 294Q200 301 170 294C130 282 70 254 4 244Z'

const KN95 = svg(
  '<linearGradient id="panel" x1="0" y1="0" x2="400" y2="0"><stop offset="0" stop-color="#000" stop-opacity=".14"/><stop offset=".3" stop-color="#000" stop-opacity="0"/><stop offset=".7" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".14"/></linearGradient>',
  `<path d="${KN95_OUTLINE}" fill="currentColor"/><path d="${KN95_OUTLINE}" fill="url(#panel)"/>` +
    crease('M200 8C201 90 201 210 200 296', 5, 0.2, 1.6) +
    crease('M203 8C204 90 204 210 203 296', 4, 0.4, 1.2, '#fff') +
    stitches('M12 70C76 76 134 47 173 28Q200 17 227 28C266 47 324 76 388 70', 0.24) +
    stitches('M10 232C76 240 134 269 173 281Q200 287 227 281C266 269 324 240 390 232', 0.24) +
    stitches('M24 58V242', 0.22) +
    stitches('M376 58V242', 0.22) +
    stitches('M32 60V240', 0.18) +
    stitches('M368 60V240', 0.18) +
    crease('M140 28Q172 12 200 10Q228 12 260 28', 9, 0.26, 1.5, '#fff') +
    crease('M140 37Q172 21 200 19Q228 21 260 37', 3, 0.16, 1.4) +
    crease('M60 120Q120 128 180 110', 8, 0.1, 5) +
    crease('M340 150Q280 162 222 140', 8, 0.1, 5) +
    '<path d="M262 150h40M262 159h30" fill="none" stroke="#445" stroke-width="2.400" opacity=".28"/>',
)

const GAITER = svg(
  vertical('fall', 0, 300, [
    [0, '#000', 0],
    [0.6, '#000', 0],
    [1, '#000', 0.2],
  ]),
  '<path d="M0 14C80 22 140 16 176 6Q200 0 224 6C260 16 320 22 400 14L400 300L0 300Z" fill="currentColor"/>' +
    '<rect width="400" height="300" fill="url(#fall)" opacity="0"/>' +
    crease('M4 22C80 30 140 24 178 14Q200 8 222 14C260 24 320 30 396 22', 3, 0.2, 1.2, '#fff') +
    crease('M4 30C80 38 140 32 178 22Q200 16 222 22C260 32 320 38 396 30', 3, 0.22, 1.2) +
    [
      'M20 110Q130 150 210 120T',
      'M380 130Q280 176 190 150T',
      'M30 190Q150 222 260 190T',
      'M370 214Q250 250 130 224T',
      'M40 250Q180 282 330 252T',
    ]
      .map(d => d.slice(0, -1))
      .map(
        (d, i) =>
          crease(d, 12, 0.22, 5) +
          crease(
            d.replace(/(\d+)Q/, (_, y) => `${Number(y) - 11}Q`),
            10,
            0.14 + 0.02 * (i % 2),
            5,
            '#fff',
          ),
      )
      .join(''),
)

const BANDANA_OUTLINE =
  'M0 12C80 22 140 16 176 6Q200 0 224 6C260 16 320 22 400 12L400 96C350 150 280 236 200 298C120 236 50 150 0 96Z'

const BANDANA = svg(
  '',
  `<path d="${BANDANA_OUTLINE}" fill="currentColor"/>` +
    crease('M2 20C80 30 140 24 178 14Q200 8 222 14C260 24 320 30 398 20', 4, 0.2, 1.6) +
    crease('M10 60Q110 110 190 170', 12, 0.24, 6) +
    crease('M12 46Q120 92 196 150', 10, 0.16, 5, '#fff') +
    crease('M390 66Q296 120 214 190', 12, 0.24, 6) +
    crease('M390 50Q290 100 210 168', 10, 0.16, 5, '#fff') +
    crease('M200 60Q206 160 200 280', 14, 0.18, 7) +
    crease('M186 80Q190 170 192 270', 9, 0.12, 5, '#fff') +
    crease('M2 94C50 148 120 234 200 296C280 234 350 148 398 94', 3, 0.25, 1.4),
)

const WINDOW = svg(
  '<linearGradient id="glare" x1="120" y1="90" x2="280" y2="220"><stop offset="0" stop-color="#fff" stop-opacity=".42"/><stop offset=".25" stop-color="#fff" stop-opacity=".08"/><stop offset=".55" stop-color="#fff" stop-opacity=".04"/><stop offset="1" stop-color="#fff" stop-opacity=".3"/></linearGradient>',
  // The fabric is a frame: the inner outline turns the other way and so cuts the hole.
  `<path d="${CLOTH_OUTLINE}M118 112C102 128 102 176 118 196C150 214 250 214 282 196C298 176 298 128 282 112C250 96 150 96 118 112Z" fill="currentColor"/>` +
    '<path d="M118 112C150 96 250 96 282 112C298 128 298 176 282 196C250 214 150 214 118 196C102 176 102 128 118 112Z" fill="#fff" opacity=".1"/>' +
    '<path d="M118 112C150 96 250 96 282 112C298 128 298 176 282 196C250 214 150 214 118 196C102 176 102 128 118 112Z" fill="url(#glare)"/>' +
    '<path d="M132 122Q160 108 196 108" fill="none" stroke="#fff" stroke-width="5" opacity=".5" filter="blur(2px)"/>' +
    '<path d="M118 112C150 96 250 96 282 112C298 128 298 176 282 196C250 214 150 214 118 196C102 176 102 128 118 112Z" fill="none" stroke="#000" stroke-width="4" opacity=".3" filter="blur(1.2px)"/>' +
    stitches(
      'M110 106C146 86 254 86 290 106C308 126 308 180 290 203C254 224 146 224 110 203C92 180 92 126 110 106Z',
      0.3,
    ) +
    stitches('M10 34C74 45 132 34 172 20Q200 11 228 20C268 34 326 45 390 34', 0.25) +
    stitches('M8 252C60 264 120 279 172 286Q200 291 228 286C280 279 340 264 392 252', 0.25) +
    crease('M24 80Q60 90 90 84', 8, 0.14, 4) +
    crease('M376 84Q340 92 310 88', 8, 0.14, 4) +
    crease('M30 200Q70 190 96 210', 8, 0.14, 4) +
    crease('M370 204Q330 192 304 212', 8, 0.14, 4),
)

export const TEMPLATES: Readonly<Record<RealType, Template>> = {
  surgical: { surface: 'pleated', svg: SURGICAL, folds: 0.9, strap: 'white', grain: 0.5 },
  n95: { surface: 'cup', svg: N95, folds: 0.12, strap: 'white', grain: 0.8 },
  kn95: { surface: 'folded', svg: KN95, folds: 0.3, strap: 'white', grain: 0.6 },
  cloth: { surface: 'shaped', svg: CLOTH, folds: 0.8, strap: 'fabric', grain: 1 },
  foam: { surface: 'shaped', svg: FOAM, folds: 0.35, strap: 'fabric', grain: 0.8 },
  gaiter: { surface: 'tube', svg: GAITER, folds: 1.1, strap: 'fabric', grain: 1 },
  bandana: { surface: 'tube', svg: BANDANA, folds: 1.1, strap: 'fabric', grain: 0.9 },
  window: { surface: 'shaped', svg: WINDOW, folds: 0.6, strap: 'fabric', grain: 0.7 },
}
