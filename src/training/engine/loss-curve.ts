import { AREA, figure, linearAxis, linePath, strokeOf } from '../../evaluation/_svg.ts'
import type { LogRow } from './fit.ts'

/**
 * The loss over the steps of a training as a self-contained SVG: what single steps reported, and the means of epochs.
 * @param rows The log of a run; without any finite loss there is nothing to draw, and the result is `undefined`.
 */
export const lossCurve = (rows: readonly LogRow[], { title = 'Training loss' } = {}): string | undefined => {
  const points = (kind: LogRow['kind']) =>
    rows.flatMap(row => {
      const { loss } = row.values
      return row.kind === kind && loss !== undefined && Number.isFinite(loss)
        ? [[row.step, loss] as const]
        : []
    })
  const [steps, epochs] = [points('step'), points('epoch')]
  const all = [...steps, ...epochs]
  if (all.length === 0) return undefined
  const losses = all.map(([, loss]) => loss)
  const [low, high] = [Math.min(0, ...losses), Math.max(...losses)]
  const x = linearAxis('step', [0, Math.max(1, ...all.map(([step]) => step))], AREA.left, AREA.right)
  const y = linearAxis('loss', [low, high > low ? high : low + 1], AREA.bottom, AREA.top)
  const line = (series: number, values: readonly (readonly [number, number])[]) =>
    `<path d="${linePath(values.map(([step, loss]) => [x.place(step), y.place(loss)] as const))}" ${strokeOf(series)}/>`
  const last = all.reduce((latest, point) => (point[0] >= latest[0] ? point : latest))
  return figure(
    {
      title,
      description: `Loss over ${last[0]} steps; at the end ${last[1].toPrecision(4)}.`,
      x,
      y,
      key: [
        { name: 'single steps', series: 0 },
        { name: 'mean of an epoch', series: 1 },
      ],
    },
    line(0, steps),
    line(1, epochs),
  )
}
