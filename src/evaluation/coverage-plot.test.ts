import { expect, it } from 'vitest'
import { AREA } from './_svg.ts'
import { coveragePlot } from './coverage-plot.ts'

it('draws a line for each shape and colour from low to high coverage, higher for more errors', () => {
  const cell = (shape: string, coverage: string, fnmr: number) => ({
    shape,
    coverage,
    colour: 'black',
    fnmr,
    interval: [fnmr / 2, fnmr * 1.5] as const,
  })
  const cells = [
    cell('wide', 'high', 0.4),
    cell('wide', 'low', 0.1),
    cell('wide', 'medium', 0.2),
    cell('round', 'low', 0.1),
    cell('round', 'medium', 0.1),
    cell('round', 'high', 0.1),
  ]
  const svg = coveragePlot(cells, 0.02)
  const lines = [...svg.matchAll(/<path d="M([^Vh"]*L[^Vh"]*)" class="xfmr-line-\d"/g)].map(([, d]) =>
    d!.split('L').map(point => point.split(' ').map(Number)),
  )
  expect(lines).toHaveLength(2)
  const height = (fnmr: number) => AREA.bottom - ((AREA.bottom - AREA.top) * fnmr) / (0.6 * 1.08)
  const [wide, round] = lines
  expect(wide!.map(([, y]) => y)).toEqual([0.1, 0.2, 0.4].map(rate => expect.closeTo(height(rate), 0)))
  expect(round!.every(([, y]) => Math.abs(y! - height(0.1)) < 0.1)).toBe(true)
  const xs = wide!.map(([x]) => x!)
  expect(xs).toEqual([...xs].sort((a, b) => a - b))
  expect(svg).toContain('no mask: 2 %')
  expect(svg.match(/V/g)!.length).toBeGreaterThanOrEqual(6)
})
