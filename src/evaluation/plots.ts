import { AREA, escapeXml, figure, fillOf, linearAxis, linePath, logAxis, px, strokeOf } from './_svg.ts'
import type { ErrorCurve } from './curve.ts'
import type { Distribution } from './distribution.ts'
import { equalErrorPoint, pointAtFmr } from './operating-point.ts'
import { comparisons, type Scores } from './scores.ts'

/** One line of a plot. */
export type CurveSeries = { readonly name: string; readonly curve: ErrorCurve }

/**
 * Detection error trade-off: FNMR over FMR, both logarithmic; lower is better. The dotted diagonal is where both are
 * equal. The axes end at the smallest rate above 0 that the numbers of comparisons allow.
 * @returns A self-contained SVG; see {@link figure} on colours.
 */
export const detPlot = (
  series: readonly CurveSeries[],
  { title = 'Detection error trade-off' } = {},
): string => {
  const x = logAxis(FMR, lowest(series, 'impostor'), AREA.left, AREA.right)
  const y = logAxis(FNMR, lowest(series, 'genuine'), AREA.bottom, AREA.top)
  const corner = Math.max(lowest(series, 'impostor'), lowest(series, 'genuine'))
  const diagonal = linePath([corner, 1].map(rate => [x.place(rate), y.place(rate)] as const))
  const lines = series.map(({ curve: { fmr, fnmr } }, i) => {
    // A logarithmic axis has no zero: the line ends where the first rate of zero is reached.
    const points = Array.from(fmr, (rate, k) => [x.place(rate), y.place(fnmr[k]!)] as const)
    const shown = points.slice(Math.max(0, fnmr.lastIndexOf(0)), fmr.indexOf(0) + 1)
    return `<path d="${linePath(shown)}" ${strokeOf(i)}/>`
  })
  return figure(
    { title, description: describe(series), x, y, key: keyOf(series) },
    `<path d="${diagonal}" fill="none" stroke="currentColor" stroke-opacity=".6" stroke-dasharray="1 4"/>`,
    ...lines,
  )
}

/**
 * Receiver operating characteristic: the true accept rate (1 - FNMR) over FMR; higher is better.
 * @param options.axis Scale of the FMR axis. Default `log`: good systems differ only at its low end. The other axis then
 * begins at the multiple of 10 % below the lowest rate that shows.
 */
export const rocPlot = (
  series: readonly CurveSeries[],
  {
    title = 'Receiver operating characteristic',
    axis = 'log',
  }: { title?: string; axis?: 'log' | 'linear' } = {},
): string => {
  const { left, right, top, bottom } = AREA
  const x =
    axis === 'log'
      ? logAxis(FMR, lowest(series, 'impostor'), left, right)
      : linearAxis(FMR, [0, 1], left, right, perCent)
  // On the logarithmic axis good systems all lie near the top: it begins below the worst rate that shows.
  const least = Math.min(...series.map(({ curve }) => 1 - pointAtFmr(curve, lowest(series, 'impostor')).fnmr))
  const from = axis === 'log' ? Math.min(0.9, Math.floor(least * 10) / 10) : 0
  const y = linearAxis('True accept rate', [from, 1], bottom, top, perCent)
  const lines = series.map(({ curve: { fmr, fnmr } }, i) => {
    const points = Array.from(fmr, (rate, k) => [x.place(rate), y.place(1 - fnmr[k]!)] as const)
    return `<path d="${linePath(points)}" ${strokeOf(i)}/>`
  })
  return figure({ title, description: describe(series), x, y, key: keyOf(series) }, ...lines)
}

/**
 * Histogram of genuine and impostor scores, each as shares of its own comparisons, with thresholds as dashed lines.
 */
export const scorePlot = (
  { genuine, impostor, failurePolicy }: Scores,
  {
    title = 'Scores',
    thresholds = [],
  }: { title?: string; thresholds?: readonly { name: string; value: number }[] } = {},
): string => {
  const marked = thresholds.map(({ value }) => value)
  const from = Math.floor(Math.min(0, first(genuine), first(impostor), ...marked) * 20) / 20
  const to = Math.ceil(Math.max(0.1, last(genuine), last(impostor), ...marked) * 20 + 1e-9) / 20
  const step = (to - from) / BINS
  const x = linearAxis('Score', [from, to], AREA.left, AREA.right)
  const shares = [genuine, impostor].map(side =>
    binShares(side, from, step, comparisons(side, failurePolicy)),
  )
  const top = Math.max(...shares.flat(), 1e-9)
  const y = linearAxis('Share of comparisons', [0, top * 1.08], AREA.bottom, AREA.top, perCent)
  const areas = shares.map((heights, i) => {
    const steps = heights.map((height, k) => `V${px(y.place(height))}H${px(x.place(from + (k + 1) * step))}`)
    return `<path d="M${px(x.place(from))} ${AREA.bottom}${steps.join('')}V${AREA.bottom}Z" ${fillOf(KINDS[i]!)}/>`
  })
  const marks = [...thresholds]
    .sort((a, b) => a.value - b.value)
    .map(({ name, value }, k) => {
      const at = x.place(value)
      // The lowest is written to the left of its line, the others to the right, so that two never meet.
      const left = k === 0 && (thresholds.length > 1 || value > (from + to) / 2)
      return (
        `<path d="M${px(at)} ${AREA.top}V${AREA.bottom}" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 4"/>` +
        `<text x="${px(at + (left ? -6 : 6))}" y="${AREA.top + 14 + Math.max(0, k - 1) * 16}" text-anchor="${left ? 'end' : 'start'}">${escapeXml(name)}: ${value.toFixed(3)}</text>`
      )
    })
  const failed = genuine.failures + impostor.failures
  const description = [
    `${genuine.scored} genuine scores with mean ${genuine.mean.toFixed(3)} and ${impostor.scored} impostor scores with mean ${impostor.mean.toFixed(3)}.`,
    ...thresholds.map(({ name, value }) => `Threshold ${name} at ${value.toFixed(3)}.`),
    ...(failed > 0 ? [`${failed} comparisons without a score are not drawn.`] : []),
  ].join(' ')
  const key = KINDS.map(area => ({ name: area, area }))
  return figure({ title, description, x, y, key }, ...areas, ...marks)
}

// --- internal ---

const FMR = 'False match rate (FMR)'
const FNMR = 'False non-match rate (FNMR)'
const BINS = 80
const KINDS = ['genuine', 'impostor'] as const

const perCent = (value: number): string => `${Number((value * 100).toPrecision(6))} %`

/** The power of ten at or below the smallest rate above 0. */
const lowest = (series: readonly CurveSeries[], side: 'genuine' | 'impostor'): number => {
  const most = Math.max(10, ...series.map(({ curve }) => curve[side]))
  return 10 ** Math.floor(-Math.log10(most) + 1e-9)
}

const keyOf = (series: readonly CurveSeries[]) => series.map(({ name }, i) => ({ name, series: i }))

const describe = (series: readonly CurveSeries[]): string =>
  series
    .map(({ name, curve }) => {
      const rate = (value: number): string => `${Number((value * 100).toPrecision(3))} %`
      return `${name}: equal error rate ${rate(equalErrorPoint(curve).average)}, FNMR ${rate(pointAtFmr(curve, 1e-2).fnmr)} at FMR 1 % and ${rate(pointAtFmr(curve, 1e-3).fnmr)} at FMR 0.1 %.`
    })
    .join(' ')

const first = ({ values }: Distribution): number => values[0] ?? 0
const last = ({ values }: Distribution): number => values.at(-1) ?? 0

const binShares = ({ values, counts }: Distribution, from: number, step: number, total: number): number[] => {
  const shares = new Array<number>(BINS).fill(0)
  values.forEach((value, k) => {
    shares[Math.min(BINS - 1, Math.floor((value - from) / step))]! += counts[k]! / total
  })
  return shares
}
