import { describe, expect, it } from 'vitest'
import type { WeighedLayers } from './cam/weighed-maps.ts'
import type { Layer } from './layers.ts'
import { explain } from './soft-hirescam.ts'
import type { Subject } from './subject.ts'

const layer = (side: number): Layer => ({
  name: `${side}`,
  op: 'Add',
  channels: 2,
  height: side,
  width: side,
})

/** Only one cell of a layer counts. */
const subjectOf = (asked: string[], cell: number, views = 1): Subject =>
  ({
    face: { aligned: { width: 112, height: 112 } },
    defaults: [56, 28, 14, 7].map(layer),
    chosen: [layer(7)],
    maps: async ({ method, layers: [wanted] }: WeighedLayers) => {
      asked.push(`${method} ${wanted!.name}`)
      const { width, height } = wanted!
      const data = new Float32Array(width * height)
      data[cell] = 1
      return [Array.from({ length: views }, () => ({ width, height, data }))]
    },
  }) as unknown as Subject

describe('soft-hirescam', () => {
  it('looks at the layer of an eighth of the face, and spreads its cells over pixels', async () => {
    const asked: string[] = []
    const subject = subjectOf(asked, 3 * 14 + 9)
    const { map, layers } = await explain(subject, subject, {})
    expect(asked).toEqual(['hirescam 14'])
    expect(layers![0]!.map.data[3 * 14 + 9]).toBe(1)
    expect(layers![0]!.map.data.filter(value => value !== 0)).toHaveLength(1)
    // The bell stands over the middle of that cell, of 8 x 8 pixels.
    const top = map.data.indexOf(map.data.reduce((most, value) => Math.max(most, value)))
    expect(Math.abs((top % 112) - 75.5)).toBeLessThanOrEqual(0.5)
    expect(Math.abs(Math.floor(top / 112) - 27.5)).toBeLessThanOrEqual(0.5)
    // Softening moves values, but adds none: one cell of 1 is 64 pixels of 1.
    expect(map.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(64, 0)
  })

  it('adds up the mirror image, and takes another layer when asked', async () => {
    const asked: string[] = []
    const subject = subjectOf(asked, 24, 2)
    const { layers } = await explain(subject, subject, { layers: ['7x7'] })
    expect(asked).toEqual(['hirescam 7'])
    expect(layers![0]!.map.data[24]).toBe(2)
  })
})
