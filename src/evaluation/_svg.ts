/** Where values lie on an axis, in pixels, and which of them are written there. */
export type Axis = {
  readonly label: string
  place(value: number): number
  readonly ticks: readonly { readonly value: number; readonly text: string }[]
}

/** The drawing area within a figure, in pixels. */
export const AREA = { left: 64, right: 604, top: 40, bottom: 380 } as const

export const WIDTH = 640

/** One entry of the key below a figure. */
export type KeyEntry = { readonly name: string } & ({ readonly series: number } | { readonly area: AreaName })

/**
 * A figure with axes, grid and key as a self-contained SVG. Lines and words take the colour of the surrounding text, so
 * it suits light and dark pages; opened alone it follows the system. Series colours are `--xfmr-series-1` and so on
 * where the page sets them.
 * @param title Says what it is, @param description what it shows, for those who can't see it.
 */
export const figure = (
  {
    title,
    description,
    x,
    y,
    key,
  }: { title: string; description: string; x: Axis; y: Axis; key: readonly KeyEntry[] },
  ...contents: readonly string[]
): string => {
  const id = `xfmr-${hash(title + description + contents.join(''))}`
  const { left, right, top, bottom } = AREA
  const legend = keyRows(key)
  const height = bottom + 56 + legend.rows * 22
  const gridX = x.ticks.map(({ value }) => `M${px(x.place(value))} ${top}V${bottom}`)
  const gridY = y.ticks.map(({ value }) => `M${left} ${px(y.place(value))}H${right}`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="xfmr-plot" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
    `<title id="${id}-t">${escapeXml(title)}</title><desc id="${id}-d">${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<clipPath id="${id}-c"><rect x="${left - 1}" y="${top - 1}" width="${right - left + 2}" height="${bottom - top + 2}"/></clipPath>`,
    `<text x="${left}" y="22" font-size="15" font-weight="600">${escapeXml(title)}</text>`,
    `<path d="${gridX.join('')}${gridY.join('')}" fill="none" stroke="currentColor" stroke-opacity=".16"/>`,
    ...x.ticks.map(
      ({ value, text }) =>
        `<text x="${px(x.place(value))}" y="${bottom + 18}" text-anchor="middle">${text}</text>`,
    ),
    ...y.ticks.map(
      ({ value, text }) =>
        `<text x="${left - 8}" y="${px(y.place(value) + 4)}" text-anchor="end">${text}</text>`,
    ),
    `<text x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle">${escapeXml(x.label)}</text>`,
    `<text transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(y.label)}</text>`,
    `<g clip-path="url(#${id}-c)">${contents.join('')}</g>`,
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="currentColor" stroke-opacity=".6"/>`,
    legend.markup,
    '</svg>',
  ].join('')
}

/** A rate on a logarithmic axis from `low` (a power of ten) to 1; what is below `low` lies on its edge. */
export const logAxis = (label: string, low: number, from: number, to: number): Axis => {
  const decades = Math.round(-Math.log10(low))
  const values = Array.from({ length: decades + 1 }, (_, k) => 10 ** (k - decades))
  return {
    label,
    place: value => from + (1 + Math.log10(Math.max(value, low)) / decades) * (to - from),
    ticks: values.map(value => ({ value, text: `${Number((value * 100).toPrecision(2))} %` })),
  }
}

/** A linear axis with about six round ticks. */
export const linearAxis = (
  label: string,
  [low, high]: readonly [number, number],
  from: number,
  to: number,
  write: (value: number) => string = value => String(value).replace('-', '\u2212'),
): Axis => {
  const rough = (high - low) / 5
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(factor => factor * unit).find(size => size >= rough * 0.6)!
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  return {
    label,
    place: value => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: Math.max(0, count) }, (_, k) => {
      const value = Number(((first + k) * step).toPrecision(10))
      return { value, text: write(value) }
    }),
  }
}

/** A line through points in pixels; points that can't be told from the one before are left out. */
export const linePath = (points: Iterable<readonly [x: number, y: number]>): string => {
  const kept: string[] = []
  let last: readonly [number, number] = [-Infinity, -Infinity]
  let skipped: readonly [number, number] | undefined
  for (const point of points) {
    const near = Math.abs(point[0] - last[0]) < 0.5 && Math.abs(point[1] - last[1]) < 0.5
    skipped = near ? point : undefined
    if (near) continue
    kept.push(`${px(point[0])} ${px(point[1])}`)
    last = point
  }
  if (skipped) kept.push(`${px(skipped[0])} ${px(skipped[1])}`)
  return kept.length === 0 ? '' : `M${kept.join('L')}`
}

/** Attributes of a line of the n-th series: colour, and a dash pattern so that colour is not all that tells them apart. */
export const strokeOf = (series: number): string => {
  // Another dash on every round through the colours, so that no two of 49 lines look the same.
  const dash = DASHES[(series + Math.floor(series / COLOURS.length)) % DASHES.length]
  return `class="xfmr-line-${series % COLOURS.length}" fill="none" stroke="${COLOURS[series % COLOURS.length]}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}`
}

/** The two kinds of comparison, in the colours that reports give them. */
export type AreaName = 'genuine' | 'impostor'

/** Attributes of an area. */
export const fillOf = (name: AreaName): string =>
  `class="xfmr-${name}" fill="${AREA_COLOURS[name]}" fill-opacity=".4" stroke="${AREA_COLOURS[name]}" stroke-width="1.5"`

/** A length in pixels with one decimal. */
export const px = (value: number): string => String(Number(value.toFixed(1)))

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)

// --- internal ---

/** Distinguishable with colour-blind eyes (Okabe and Ito) and dark enough or light enough for either background. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#b8578f', '#c08a00', '#3a9ad9', '#7a7a7a'] as const
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '14 4', '4 2 1 2 1 2', '1 2'] as const

const AREA_COLOURS = { genuine: '#e08214', impostor: '#8073ac' } as const

const STYLE = [
  '.xfmr-genuine{fill:var(--bar-for,#e08214);stroke:var(--bar-for,#e08214)}',
  '.xfmr-impostor{fill:var(--bar-against,#8073ac);stroke:var(--bar-against,#8073ac)}',
  'svg.xfmr-plot{max-width:100%;height:auto}',
  // Opened alone: no page sets a colour.
  'svg.xfmr-plot:root{color:#1a1d21;background:#fff}',
  '@media (prefers-color-scheme:dark){svg.xfmr-plot:root{color:#e9ebee;background:#121417}}',
  ...COLOURS.map((colour, i) => {
    const paint = `var(--xfmr-series-${i + 1},${colour})`
    return `.xfmr-line-${i}{stroke:${paint}}`
  }),
].join('')

/** The key, as many entries to a row as fit. */
const keyRows = (key: readonly KeyEntry[]): { rows: number; markup: string } => {
  let x: number = AREA.left
  let row = 0
  const entries = key.map(entry => {
    const width = 44 + entry.name.length * 6.8
    if (x > AREA.left && x + width > AREA.right) {
      x = AREA.left
      row++
    }
    const y = AREA.bottom + 66 + row * 22
    const sample =
      'area' in entry
        ? `<rect x="${px(x)}" y="${y - 11}" width="26" height="12" ${fillOf(entry.area)}/>`
        : `<path d="M${px(x)} ${y - 5}h30" ${strokeOf(entry.series)}/>`
    const markup = `${sample}<text x="${px(x + 36)}" y="${y - 1}">${escapeXml(entry.name)}</text>`
    x += width + 12
    return markup
  })
  return { rows: key.length === 0 ? 0 : row + 1, markup: entries.join('') }
}

const hash = (text: string): string => {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(36)
}
