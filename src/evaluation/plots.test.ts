import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { linearAxis, linePath, logAxis } from './_svg.ts'
import { errorCurve } from './curve.ts'
import { exactDistribution } from './distribution.ts'
import { detPlot, rocPlot, scorePlot } from './plots.ts'
import { scoresOf } from './scores.ts'

const set = (genuine: readonly number[], impostor: readonly number[]) =>
  scoresOf(exactDistribution(genuine), exactDistribution(impostor))

// FMR .5 with FNMR .25 at 0.3, FMR 0 with FNMR .5 at 0.5, of 4 and 2 comparisons.
const small = set([0.2, 0.3, 0.5, 0.9], [0.1, 0.3])
const series = [{ name: 'one <&> "two"', curve: errorCurve(small) }]

/** Corners of the line of the first series. */
const pointsOf = (svg: string): number[][] => {
  const [, path] = /<path d="M([^"h]+)" class="xfmr-line-0"/.exec(svg)!
  return path!.split('L').map(point => point.split(' ').map(Number))
}

describe('plots', () => {
  it('draw the trade-off where it belongs', () => {
    // Both axes run from 10 % to 100 %: 540 and 340 pixels for one decade.
    const x = (rate: number) => 604 + 540 * Math.log10(rate)
    const y = (rate: number) => 40 - 340 * Math.log10(rate)
    // From the last FNMR of 0, on the edge, to the first FMR of 0.
    const expected = [
      [x(0.5), y(0.1)],
      [x(0.5), y(0.25)],
      [x(0.1), y(0.5)],
    ].map(point => point.map(value => Number(value.toFixed(1))))
    expect(pointsOf(detPlot(series))).toEqual(expected)
  })

  it('draw the ROC from (1, 1) to (0, 0)', () => {
    const found = pointsOf(rocPlot(series, { axis: 'linear' }))
    expect(found[0]).toEqual([604, 40])
    expect(found.at(-1)).toEqual([64, 380])
    expect(found).toContainEqual([334, 125]) // FMR .5, TAR .75
  })

  it('draw histograms whose bars add up to all comparisons', () => {
    const svg = scorePlot(small, { thresholds: [{ name: 'FMR 1 %', value: 0.4 }] })
    const path = /<path d="([^"]+)" class="xfmr-genuine"/.exec(svg)![1]!
    const heights = [...path.matchAll(/V([\d.]+)H/g)].map(([, y]) => 380 - Number(y))
    const full = 380 - 40
    // The tallest impostor bin holds half of the impostors, the axis ends 8 % above it.
    expect(heights.reduce((sum, height) => sum + height, 0)).toBeCloseTo(full / 0.54, -1)
    expect(svg).toContain('FMR 1 %: 0.400')
  })

  it.each([
    ['det', detPlot(series)],
    ['roc', rocPlot(series)],
    ['scores', scorePlot(small)],
  ])('say what they show, escape names, refer to nothing outside: %s', (_, svg) => {
    const [, title, description] = /aria-labelledby="(\S+) (\S+)"/.exec(svg)!
    expect(svg).toContain(`<title id="${title}">`)
    expect(svg).toContain(`<desc id="${description}">`)
    expect(svg).not.toContain('<&>')
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script/)
    expect(svg).toContain('currentColor')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('describe the error rates in words', () => {
    expect(detPlot(series)).toContain('equal error rate 25 %, FNMR 50 % at FMR 1 %')
  })

  it('are valid XML that a renderer takes', async () => {
    const { width, height } = await sharp(Buffer.from(detPlot(series))).metadata()
    expect([width, height]).toEqual([640, 458])
  })

  it('keep up with scores of one value and with nothing but failures', () => {
    expect(scorePlot(set([0.5, 0.5], [0.5]))).not.toContain('NaN')
    const none = scoresOf(exactDistribution([], 3), exactDistribution([], 2))
    expect(detPlot([{ name: 'x', curve: errorCurve(none) }])).not.toContain('NaN')
  })
})

describe('axes', () => {
  it('are round', () => {
    expect(linearAxis('', [-0.3, 0.9], 0, 100).ticks.map(({ text }) => text)).toEqual([
      '\u22120.2',
      '0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
    ])
    expect(logAxis('', 1e-4, 0, 100).ticks.map(({ text }) => text)).toEqual([
      '0.01 %',
      '0.1 %',
      '1 %',
      '10 %',
      '100 %',
    ])
    expect(logAxis('', 1e-4, 0, 100).place(1e-2)).toBeCloseTo(50, 10)
    expect(logAxis('', 1e-4, 0, 100).place(0)).toBeCloseTo(0, 10)
  })
})

describe('a line', () => {
  it('leaves out what cannot be seen, but not its end', () => {
    const points = Array.from({ length: 1001 }, (_, i) => [i / 100, 0] as const)
    const kept = linePath(points).slice(1).split('L')
    expect(kept.length).toBeLessThan(25)
    expect(kept.at(-1)).toBe('10 0')
  })
})
