import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../test/models.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import { calibrationFor } from '../evaluation/calibration-file.ts'
import { createCalibrator } from '../evaluation/calibrator.ts'
import * as codec from '../image/node.ts'
import { openXfmr, readPhoto } from '../node.ts'
import { decide } from '../recognition/decide.ts'
import { defaultCalibration } from '../recognition/default-calibration.ts'
import type { Xfmr } from '../xfmr.ts'
import { SCRIPT, SCRIPT_HASH } from './behaviour.ts'
import { buildReport, type ReportInput } from './html.ts'
import { modelFacts } from './models.ts'
import { fixed } from './numbers.ts'
import { toCompareResult } from './result.ts'
import { type CompareResult, compareResult } from './schema.ts'
import { resultText } from './text.ts'

const HOSTILE = `a/b/"><script>alert(1)</script><img src=x onerror='alert(2)'>.jpg`

let xfmr: Xfmr
let calibration: Calibration

const compare = async (a: string, b: string, explain = true): Promise<ReportInput> => {
  const photos = [
    await readPhoto(samplePhotoPath(a), { name: a }),
    await readPhoto(samplePhotoPath(b), { name: b }),
  ] as const
  const comparison = await xfmr.compare(photos[0], photos[1])
  const result = toCompareResult({
    version: '1.2.3',
    photos: [a, b],
    comparison,
    decision: decide(comparison.cosine, createCalibrator(calibration)),
    models: modelFacts(xfmr.models),
    ...(explain ? { explanation: await xfmr.explain(comparison), explainTime: 12.5 } : {}),
  })
  return { result, photos, aligned: [comparison.a.aligned, comparison.b.aligned], calibration }
}

/** The page without pictures, scripts and data: short enough to be printed when a test fails. */
const outline = (page: string): string =>
  page.replace(/"data:image[^"]*"/g, '"picture"').replace(/(<script[^>]*>)[\s\S]*?(?=<\/script>)/g, '$1')

const all = (page: string, pattern: RegExp): string[] =>
  Array.from(page.matchAll(pattern), match => match[1]!)

let same: ReportInput
let different: ReportInput
let page: string

beforeAll(async () => {
  xfmr = await openXfmr()
  const scoreId = xfmr.scoreId('cosine')
  calibration = calibrationFor(defaultCalibration(scoreId), 'bare-bare', scoreId)
  same = await compare('cage.jpg', 'cage2_crop.jpg')
  different = await compare('cage.jpg', 'SeanConnery.jpg')
  page = await buildReport(same, codec)
})
afterAll(() => xfmr.release())

describe('the result', () => {
  it('is what the schema says, through JSON and back', () => {
    for (const { result } of [same, different]) {
      expect(compareResult.parse(JSON.parse(JSON.stringify(result)))).toEqual(result)
    }
    expect(same.result.verdict).toBe('same')
    expect(different.result.verdict).toBe('different')
  })

  it('adds up: cells and bias, regions and bias, to the cosine', () => {
    for (const { result } of [same, different]) {
      const { contributions, regions, score } = result
      for (const side of ['a', 'b'] as const) {
        const cells = contributions![side].flat().reduce((sum, value) => sum + value, 0)
        const parts = regions.reduce((sum, region) => sum + region[side]!, 0)
        expect(Math.abs(cells + contributions!.bias[side] - score.cosine)).toBeLessThan(1e-4)
        expect(Math.abs(parts - cells)).toBeLessThan(1e-6)
      }
    }
  })

  it('adds up: similarity times attention, and regions, to the explainable cosine', () => {
    for (const { result } of [same, different]) {
      const { xcos, regions, score } = result
      const attention = xcos.attention.flat()
      const cells = xcos.similarity.flat().reduce((sum, value, i) => sum + value * attention[i]!, 0)
      expect(Math.abs(cells - score.xcos)).toBeLessThan(1e-12)
      expect(attention.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
      expect(regions.reduce((sum, { product }) => sum + product, 0)).toBeCloseTo(score.xcos, 12)
      expect(regions.reduce((sum, { attention }) => sum + attention, 0)).toBeCloseTo(1, 12)
    }
    expect(same.result.score.xcos).toBeGreaterThan(different.result.score.xcos)
  })

  it('says so when nothing was explained', async () => {
    const { result } = await compare('cage.jpg', 'SeanConnery.jpg', false)
    expect(result.contributions).toBeUndefined()
    expect(compareResult.safeParse(result).success).toBe(true)
    expect(resultText(result)).not.toContain('(49 cells)')
    expect(resultText(result)).toContain('Explainable cosine')
  })
})

describe('the page', () => {
  it('refers to nothing outside itself', () => {
    const addresses = all(page, /\s(?:src|href|srcset|action|data|poster)=("[^"]*"|[^\s>]+)/g)
    expect(addresses.length).toBeGreaterThan(50)
    for (const address of addresses)
      expect(address.slice(0, 40)).toMatch(/^"(?:data:image\/(?:png|jpeg);base64,|#)/)
    const text = outline(page)
    expect(text).not.toMatch(/https?:\/\/|url\(|@import/)
    expect(text).not.toMatch(/<(?:link|iframe|object|embed|base)\b/)
    expect(text).toContain("default-src 'none'")
  })

  it('runs its own script and no other', () => {
    const digest = `sha256-${createHash('sha256').update(SCRIPT).digest('base64')}`
    expect(SCRIPT_HASH).toBe(digest)
    expect(outline(page)).toContain(`script-src '${digest}'`)
    expect(all(page, /<script(?![^>]*json)[^>]*>([\s\S]*?)<\/script>/g)).toEqual([SCRIPT])
  })

  it('has one main heading, sections in order, each named by its heading', () => {
    expect(all(page, /<h1[^>]*>([^<]*)/g)).toEqual(['Same person'])
    const ids = all(page, /<section id="([^"]*)"/g)
    expect(ids).toEqual(['photos', 'xcos', 'contributions', 'layers', 'neurons', 'limits', 'details', 'data'])
    for (const id of ids)
      expect(outline(page)).toMatch(new RegExp(`aria-labelledby="${id}-title">\\s*<h2 id="${id}-title"`))
    expect(all(page, /<(main|nav|header|footer)[ >]/g)).toEqual(['header', 'nav', 'main', 'footer'])
    for (const target of all(page, /href="#([^"]+)"/g)) expect(outline(page)).toContain(`id="${target}"`)
  })

  it('describes every picture and every table', () => {
    const pictures = all(outline(page), /(<img [^>]*>)/g)
    // Two aligned faces, five map pairs, two maps of ten channels on either face.
    expect(pictures).toHaveLength(2 + 10 + 40)
    for (const picture of pictures) expect(picture).toMatch(/alt="[^"]{10,}"/)
    for (const svg of all(page, /(<svg [^>]*>)/g)) {
      expect(svg).toMatch(/aria-label="[^"]{10,}"|aria-hidden="true"/)
    }
    const tables = all(page, /<table[^>]*>([\s\S]*?)<\/table>/g)
    for (const table of tables) {
      expect(table).toMatch(/^\s*<caption/)
      for (const head of all(table, /<th(?!ead)([^>]*)>/g)) expect(head).toContain('scope=')
    }
    expect(new Set(all(page, / id="([^"]*)"/g)).size).toBe(all(page, / id="([^"]*)"/g).length)
  })

  it('prints sums that can be checked by hand', async () => {
    for (const input of [same, different]) {
      const text = (await buildReport(input, codec)).replaceAll('\u2212', '-')
      const lines = all(text, /<p class="sum-line number">([^<]*)</g)
      expect(lines).toHaveLength(2)
      for (const line of lines) {
        const [, cells, sign, bias, score] =
          /^[AB]: (-?[\d.]+) \(49 cells\) ([+-]) ([\d.]+) \(bias\) = (-?[\d.]+) \(score\)$/.exec(line)!
        expect(score).toBe(input.result.score.cosine.toFixed(4))
        expect((Number(cells) + Number(sign + bias!)).toFixed(4)).toBe(score)
      }
      const matrices = all(text, /<table class="matrix">([\s\S]*?)<\/table>/g).slice(3)
      const products = all(text, /<table class="matrix">([\s\S]*?)<\/table>/g)[2]!
      const printed = all(products, /<td>([+-]?[\d.]+)<\/td>/g).map(Number)
      expect(printed.reduce((sum, value) => sum + value, 0).toFixed(4)).toBe(
        input.result.score.xcos.toFixed(4),
      )
      matrices.forEach((matrix, i) => {
        const cells = all(matrix, /<td>([+-]?[\d.]+)<\/td>/g).map(Number)
        expect(cells).toHaveLength(49)
        const [, total] = /^[AB]: (-?[\d.]+)/.exec(lines[i]!)!
        expect(cells.reduce((sum, value) => sum + value, 0).toFixed(4)).toBe(total)
      })
      const neurons = all(text, /<table class="channels">([\s\S]*?)<\/table>/g)
      for (const table of neurons) {
        const values = all(table, /<td class="right">([+-]?[\d.]+)<\/td>/g).map(Number)
        expect(values).toHaveLength(10 + 3)
        expect(
          values
            .slice(0, -1)
            .reduce((sum, value) => sum + value, 0)
            .toFixed(4),
        ).toBe(values.at(-1)!.toFixed(4))
      }
    }
  })

  it('colours cells by their sign: warm for, violet against', () => {
    const cells = Array.from(
      page.matchAll(
        /aria-label="Row[^"]*: (?:similarity × attention )?([+\u2212]?)[\d.]+"[^>]*>(?:<title>[^<]*<\/title>)?<rect class="cell"[^>]*fill="rgb\((\d+) \d+ (\d+)\)"/g,
      ),
    )
    // Two faces, and what every cell added to the explainable cosine.
    expect(cells).toHaveLength(147)
    for (const [, sign, red, blue] of cells) {
      if (sign === '+') expect(Number(red)).toBeGreaterThan(Number(blue))
      if (sign === '\u2212') expect(Number(blue)).toBeGreaterThan(Number(red))
    }
  })

  it('quotes the threshold with both error rates, intervals, condition and set', () => {
    const { threshold } = same.result
    expect(outline(page)).toContain(fixed(threshold.value))
    expect(outline(page)).toMatch(/False match rate [\d.]+\u00a0%, 95\u00a0% interval/)
    expect(outline(page)).toMatch(/False non-match rate [\d.]+\u00a0%, 95\u00a0% interval/)
    expect(outline(page)).toContain(threshold.calibration.name)
    expect(outline(page)).toContain('both faces without a mask')
    expect(outline(page)).toContain('No mask was found on either face.')
  })

  it('names the models with hash and licence, and embeds all values', () => {
    for (const { sha256, licence } of same.result.models) {
      expect(outline(page)).toContain(sha256)
      expect(licence).toMatch(/^MIT/)
      expect(outline(page)).toContain(licence)
    }
    const [data] = all(page, /<script type="application\/json" id="xfmr-result">([\s\S]*?)<\/script>/g)
    expect(JSON.parse(data!)).toEqual(same.result)
  })

  it('stays below 1.5 MB', () => {
    expect(page.length).toBeLessThan(1.5e6)
  })

  it('is the same for the same input', async () => {
    expect((await buildReport(same, codec)) === page).toBe(true)
  })

  it('can not be broken out of by the name of a photo', async () => {
    const faces = same.result.faces.map(face => ({ ...face, photo: HOSTILE })) as CompareResult['faces']
    const models = same.result.models.map(model => ({
      ...model,
      name: HOSTILE,
      licence: HOSTILE,
      source: HOSTILE,
    }))
    const threshold = structuredClone(same.result.threshold)
    threshold.calibration.name = HOSTILE
    const result = { ...same.result, faces, models, threshold, pipeline: HOSTILE }
    const hostile = await buildReport({ ...same, result }, codec)
    expect(hostile.includes('<script>alert')).toBe(false)
    expect(hostile.includes('<img src=x')).toBe(false)
    const count = (text: string, pattern: RegExp): number => all(text, pattern).length
    for (const pattern of [/(<[a-z]+)/g, /(<script)/g, /(<img)/g]) {
      expect(count(hostile, pattern)).toBe(count(page, pattern))
    }
  })

  it('leaves out what was not explained', async () => {
    const bare = await buildReport(await compare('cage.jpg', 'SeanConnery.jpg', false), codec)
    expect(all(bare, /<section id="([^"]*)"/g)).toEqual(['photos', 'xcos', 'limits', 'details', 'data'])
    expect(all(bare, /<h1[^>]*>([^<]*)/g)).toEqual(['Different people'])
  })
})

describe('the text', () => {
  it('begins with the verdict, and is plain ASCII', () => {
    const text = resultText(different.result)
    expect(text).toMatch(/^Different people: the cosine of -?0\.\d{4} is below the threshold of 0\.\d{4}\.\n/)
    expect(text).toMatch(/FMR 0\.\d+ %/)
    expect(text).toMatch(/FNMR \d\.\d+ %/)
    expect(text).toMatch(/A: .* = .* \(score\)/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(text).toMatch(/^[\x00-\x7f]*$/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })
})
