import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { noise, pixel } from '../../test/photos.ts'
import { colourMap } from './colour.ts'
import { type FloatMap, rangeAround, rangeOf } from './map.ts'
import { encodePng, readPhoto } from './node.ts'
import { drawGrid, overlay, paintMap } from './overlay.ts'
import type { Photo } from './photo.ts'

/** A hill and a hollow on 7x7 cells, as contributions for and against look. */
const cells: FloatMap = {
  width: 7,
  height: 7,
  data: Float32Array.from({ length: 49 }, (_, i) => {
    const [x, y] = [i % 7, Math.floor(i / 7)]
    return Math.exp(-((x - 2) ** 2 + (y - 2) ** 2) / 3) - 0.6 * Math.exp(-((x - 5) ** 2 + (y - 5) ** 2) / 2)
  }),
}

/** Grey from dark to light, so that opacity and fading can be seen. */
const ramp: Photo = {
  width: 112,
  height: 112,
  data: Uint8Array.from({ length: 112 * 112 * 3 }, (_, i) => 60 + Math.floor((i / 3) % 112)),
}

describe('overlay', () => {
  it('keeps the photo at opacity 0 and covers it at 1', () => {
    const photo = noise(14, 14)
    expect(overlay(photo, cells, { opacity: 0 }).data).toEqual(photo.data)
    expect(overlay(photo, cells, { opacity: 1 }).data).toEqual(paintMap(cells, 14, 14).data)
  })

  it('blends by hand-worked shares', () => {
    const photo: Photo = { width: 2, height: 1, data: Uint8Array.of(100, 100, 100, 200, 200, 200) }
    const map: FloatMap = { width: 2, height: 1, data: Float32Array.of(0, 1) }
    // Greys: 0 is black, 1 white. 100 * 0.75 + 0 * 0.25, and 200 * 0.75 + 255 * 0.25 = 213.75.
    expect([...overlay(photo, map, { colours: 'greys', opacity: 0.25 }).data]).toEqual([
      75, 75, 75, 214, 214, 214,
    ])
  })

  it('fades where the map says nothing', () => {
    const photo = noise(3, 1)
    const signed: FloatMap = { width: 3, height: 1, data: Float32Array.of(-1, 0, 1) }
    const faded = overlay(photo, signed, { colours: 'blue-red', opacity: 1, fade: true })
    const { table } = colourMap('blue-red')
    expect(pixel(faded, 0, 0)).toEqual([...table.subarray(0, 3)])
    pixel(faded, 1, 0).forEach((value, c) => {
      expect(Math.abs(value - pixel(photo, 1, 0)[c]!)).toBeLessThanOrEqual(1)
    })
    expect(pixel(faded, 2, 0)).toEqual([...table.subarray(765)])
  })

  it('shares one scale between pictures', () => {
    const faint: FloatMap = { ...cells, data: cells.data.map(value => value / 4) }
    const range = rangeAround(0, cells, faint)
    const options = { colours: 'blue-red', range, interpolation: 'nearest' } as const
    const peak = cells.data.indexOf(Math.max(...cells.data))
    const [x, y] = [peak % 7, Math.floor(peak / 7)]
    expect(pixel(paintMap(cells, 7, 7, options), x, y)).toEqual([0x67, 0x00, 0x1f])
    // A quarter of the way from the middle to the end: index 127.5 + 0.25 * 127.5, rounded.
    expect(pixel(paintMap(faint, 7, 7, options), x, y)).toEqual([
      ...colourMap('blue-red').table.subarray(159 * 3, 160 * 3),
    ])
  })

  it('refuses maps with values that are no numbers', () => {
    const broken: FloatMap = { width: 2, height: 1, data: Float32Array.of(1, Number.NaN) }
    expect(() => overlay(noise(4, 4), broken)).toThrow(expect.objectContaining({ code: 'E_NOT_FINITE' }))
  })

  it.each([
    ['inferno', { opacity: 0.6 }],
    ['blue-red', { opacity: 0.8, fade: true }],
    ['viridis', { interpolation: 'nearest' as const }],
  ] as const)('looks as it did: %s', async (colours, options) => {
    const picture = drawGrid(overlay(ramp, cells, { colours, ...options }), 7, 7)
    await expectGolden(`overlay-${colours}`, picture)
  })
})

describe('drawGrid', () => {
  it('draws only the inner lines, at the first pixel of each cell', () => {
    const photo = noise(14, 8)
    const { data } = drawGrid(photo, 7, 2, { colour: [255, 0, 10], opacity: 1 })
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 14; x++) {
        const line = (x > 0 && x % 2 === 0) || y === 4
        expect(pixel({ ...photo, data }, x, y)).toEqual(line ? [255, 0, 10] : pixel(photo, x, y))
      }
    }
  })
})

describe('ranges', () => {
  it('hold all maps, with the centre in the middle where asked', () => {
    const one: FloatMap = { width: 2, height: 1, data: Float32Array.of(-1, 3) }
    const other: FloatMap = { width: 1, height: 1, data: Float32Array.of(-2) }
    expect(rangeOf(one, other)).toEqual({ low: -2, high: 3 })
    expect(rangeAround(0, one, other)).toEqual({ low: -3, high: 3 })
    expect(rangeAround(2, one, other)).toEqual({ low: -2, high: 6 })
  })
})

/**
 * Compares with a picture kept beside this test, allowing 2 of 255 for other rounding of the colour tables.
 * `XFMR_GOLDEN=1 npx vitest run src/image` draws it anew: look at it before you commit it.
 */
const expectGolden = async (name: string, picture: Photo): Promise<void> => {
  const path = new URL(`./golden/${name}.png`, import.meta.url).pathname
  if (process.env.XFMR_GOLDEN) await writeFile(path, await encodePng(picture))
  const golden = await readPhoto(await readFile(path))
  expect([picture.width, picture.height]).toEqual([golden.width, golden.height])
  let worst = 0
  picture.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - golden.data[i]!))
  })
  expect(worst).toBeLessThanOrEqual(2)
}
