import { AREA, type Axis, escapeXml, figure, linearAxis, linePath, px, strokeOf } from './_svg.ts'
import type { SettingResult } from './result.ts'

/** One mask of the design: how much of the nose it covers, its shape and colour, and the errors it causes. */
export type CoverageCell = {
  readonly shape: string
  readonly coverage: string
  readonly colour: string
  readonly fnmr: number
  readonly interval: readonly [number, number] | null
}

/** The cells of a `nist` result, in the order of its settings. */
export const coverageCells = (settings: readonly SettingResult[]): CoverageCell[] =>
  settings.flatMap(({ cell, atUnmaskedThreshold, intervals }) =>
    cell && atUnmaskedThreshold
      ? {
          ...cell,
          fnmr: atUnmaskedThreshold.fnmr,
          interval: intervals['at.unmaskedFmr1000.fnmr'] ?? null,
        }
      : [],
  )

/**
 * FNMR at a threshold fixed on unmasked pairs, over how much of the nose the mask covers; one line for each shape and
 * colour, with intervals. The dotted line is FNMR without masks.
 * @returns A self-contained SVG.
 */
export const coveragePlot = (
  cells: readonly CoverageCell[],
  unmasked: number,
  { title = 'Errors by how much of the nose a mask covers' } = {},
): string => {
  const top = Math.max(unmasked, ...cells.map(({ fnmr, interval }) => interval?.[1] ?? fnmr), 0.01)
  const y = linearAxis(
    'FNMR at the unmasked threshold',
    [0, Math.min(1, top * 1.08)],
    AREA.bottom,
    AREA.top,
    perCent,
  )
  const x = coverageAxis()
  const names = [...new Set(cells.map(seriesOf))]
  const lines = names.map((name, i) => {
    const shift = (i - (names.length - 1) / 2) * 7
    const own = cells
      .filter(cell => seriesOf(cell) === name)
      .sort((a, b) => ORDER.indexOf(a.coverage) - ORDER.indexOf(b.coverage))
    const place = ({ coverage, fnmr }: CoverageCell): readonly [number, number] => [
      x.place(ORDER.indexOf(coverage)) + shift,
      y.place(fnmr),
    ]
    const whiskers = own.map(cell => {
      const [at] = place(cell)
      return cell.interval
        ? `M${px(at)} ${px(y.place(cell.interval[0]))}V${px(y.place(cell.interval[1]))}`
        : ''
    })
    // Whiskers are never dashed: a gap could be taken for their end.
    return `<path d="${linePath(own.map(place))}" ${strokeOf(i)}/><path d="${whiskers.join('')}" ${strokeOf(i).replace(/ stroke-dasharray="[^"]*"/, '')}/>`
  })
  const level = px(y.place(unmasked))
  const bare = `<path d="M${AREA.left} ${level}H${AREA.right}" fill="none" stroke="currentColor" stroke-opacity=".6" stroke-dasharray="1 4"/><text x="${AREA.right - 6}" y="${Number(level) - 6}" text-anchor="end">${escapeXml(`no mask: ${perCent(unmasked)}`)}</text>`
  const description = cells.map(cell => `${seriesOf(cell)}, ${cell.coverage}: FNMR ${perCent(cell.fnmr)}.`)
  return figure(
    {
      title,
      description: [`Without a mask FNMR ${perCent(unmasked)}.`, ...description].join(' '),
      x,
      y,
      key: names.map((name, series) => ({ name, series })),
    },
    bare,
    ...lines,
  )
}

// --- internal ---

const ORDER = ['low', 'medium', 'high']

const seriesOf = ({ shape, colour }: CoverageCell): string => `${shape}, ${colour}`

const perCent = (value: number): string => `${Number((value * 100).toPrecision(3))} %`

const coverageAxis = (): Axis => ({
  label: 'Coverage of the nose',
  place: value => AREA.left + ((value + 0.5) / ORDER.length) * (AREA.right - AREA.left),
  ticks: ['low (below the nose)', 'medium (half)', 'high (to the bridge)'].map((text, value) => ({
    value,
    text,
  })),
})
