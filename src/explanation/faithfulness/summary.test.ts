import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Graph } from '../../onnx/graph.ts'
import { float32 } from '../../onnx/tensor.ts'
import { faithfulnessPage } from '../../report/faithfulness/page.ts'
import { meanOf } from './estimate.ts'
import { bestCheap, measuredFile } from './measured-file.ts'
import { openRows } from './node/rows.ts'
import { studyPairs } from './node/study.ts'
import { measuredMethod, planStudy } from './plan.ts'
import { shuffleWeights } from './randomise.ts'
import { faithfulnessResult } from './result.ts'
import type { Row } from './row.ts'
import { differencesFrom, summarise } from './summary.ts'

const curves = (method: string, pair: string, deletion: number, insertion: number): Row => ({
  measurement: 'curves',
  condition: 'unmasked',
  method,
  pair,
  person: pair,
  // Accepted up to a share, then not: from a threshold of 0.5 on.
  deletion: Array.from({ length: 11 }, (_, k) => (k / 10 < deletion ? 0.9 : 0.1)),
  insertion: Array.from({ length: 11 }, (_, k) => (k / 10 > 1 - insertion ? 0.9 : 0.1)),
  most: [0.2],
  least: [0.6],
  passes: 2,
  cost: 2.5,
})

const sanity = (method: string, pair: string, signed: number): Row => ({
  measurement: 'sanity',
  condition: 'unmasked',
  method,
  pair,
  person: pair,
  signed,
  size: 0.1,
})

const rows: Row[] = ['p', 'q', 'r'].flatMap((pair, i) => [
  curves('soft-hirescam', pair, 0.25, 0.75),
  curves('gradcam', pair, 0.45 + i / 10, 0.55),
  curves('guided', pair, 0.05, 0.95),
  curves('centre', pair, 0.35, 0.65),
  sanity('soft-hirescam', pair, 0.2),
  sanity('guided', pair, 0.9),
  sanity('centre', pair, 1),
])

const METHODS = ['soft-hirescam', 'gradcam', 'guided', 'centre', 'fem']

describe('meanOf', () => {
  it('counts pairs, leaves out what is no number, and has no interval for one person', () => {
    const one = meanOf([
      { person: 'a', value: 1 },
      { person: 'a', value: 2 },
      { person: 'a', value: Number.NaN },
    ])
    expect(one).toEqual({ value: 1.5, interval: null, pairs: 2 })
  })

  it('has the interval of a mean over independent people', () => {
    const findings = Array.from({ length: 400 }, (_, i) => ({ person: `${i}`, value: i % 2 }))
    const { value, interval } = meanOf(findings)
    expect(value).toBe(0.5)
    // Standard error 0.025: 1.96 of them to both sides.
    expect(interval![0]).toBeCloseTo(0.451, 1)
    expect(interval![1] - interval![0]).toBeGreaterThan(0.08)
    expect(interval![1] - interval![0]).toBeLessThan(0.115)
  })

  it('resamples people, not pairs', () => {
    const repeated = Array.from({ length: 400 }, (_, i) => ({ person: `${i % 8}`, value: i % 2 }))
    const { interval } = meanOf(repeated)
    expect(interval![1] - interval![0]).toBeGreaterThan(0.4)
  })
})

describe('summarise', () => {
  const summaries = summarise(rows, METHODS, { threshold: 0.5 })
  const of = (id: string) => summaries.find(summary => summary.id === id)!

  it('takes the area under the share that is accepted', () => {
    // Accepted at 0, 10 and 20 %: two whole steps and half a step down, of ten.
    expect(of('soft-hirescam').conditions.unmasked!.deletion.value).toBeCloseTo(0.25, 12)
    expect(of('soft-hirescam').conditions.unmasked!.insertion.value).toBeCloseTo(0.75, 12)
    expect(of('soft-hirescam').conditions.unmasked!.road.value).toBeCloseTo(0.2, 12)
    expect(of('gradcam').conditions.unmasked!.deletion.pairs).toBe(3)
    expect(of('gradcam').conditions.masked).toBeUndefined()
    expect(of('gradcam').conditions.unmasked!.inMask).toBeUndefined()
  })

  it('leaves out what was not measured', () => {
    expect(summaries.map(({ id }) => id)).toEqual(METHODS.slice(0, 4))
    expect(of('gradcam').sanity).toBeUndefined()
  })

  it('fails what hardly changes with the weights, and never takes it for the best', () => {
    expect(of('guided').sanity!.passed).toBe(false)
    expect(of('soft-hirescam').sanity!.passed).toBe(true)
    const file = measuredFile(summaries, { pipeline: 'p', dataset: 'd', date: '2026-01-01' })
    expect(bestCheap(file)).toBe('soft-hirescam')
    expect(file.conditions.unmasked!.methods.guided!.sanity!.passed).toBe(false)
  })

  it('compares on common pairs', () => {
    const [difference] = differencesFrom(rows, 'soft-hirescam', ['gradcam'], { threshold: 0.5 })
    // Grad-CAM: steps down after 0.4, 0.5 and 0.6.
    expect(difference!.deletion.value).toBeCloseTo(0.25 - 0.55, 12)
    expect(difference!.deletion.interval![1]).toBeLessThan(0)
    expect(differencesFrom(rows, 'soft-hirescam', ['fem'], { threshold: 0.5 })).toEqual([])
  })

  it('says on the page which methods fail', () => {
    const page = faithfulnessPage(
      faithfulnessResult.parse({
        protocol: 'faithfulness',
        version: '1',
        dataset: 'LFW',
        date: '2026-01-01',
        pipelines: { unmasked: 'u', masked: 'm', corrected: 'c' },
        threshold: 0.5,
        pairs: 3,
        seed: '1',
        failed: [],
        cutShort: false,
        best: 'soft-hirescam',
        methods: summaries,
        differences: differencesFrom(rows, 'soft-hirescam', ['gradcam'], { threshold: 0.5 }),
      }),
      'a command',
    )
    expect(page).toContain('Guided backpropagation `guided` **fails sanity**')
    expect(page).toContain('**Soft HiResCAM** (`soft-hirescam`)')
    expect(page).toContain('| Soft HiResCAM `soft-hirescam` | 25.0 (25.0 to 25.0) | 75.0 (75.0 to 75.0) |')
    expect(page).not.toMatch(/undefined|NaN/)
  })
})

describe('planStudy', () => {
  const methods = ['gradcam', 'corrrise'].map(name => measuredMethod(name)!)
  const tasks = planStudy(methods, { pairs: 12, more: 4, dearPairs: 3, dearMore: 1 })

  it('measures dear methods on fewer pairs', () => {
    const count = (id: string, measurement: string) =>
      tasks.filter(task => task.given.id === id && task.measurement === measurement).length
    expect(count('gradcam', 'curves')).toBe(3 * 12)
    expect(count('corrrise', 'curves')).toBe(3 * 3)
    expect(count('gradcam', 'hiding')).toBe(4)
    expect(count('corrrise', 'sanity')).toBe(1)
  })

  it('names methods with their layers', () => {
    expect(measuredMethod('hirescam@14x14')!.options.layers).toEqual(['14x14'])
    expect(measuredMethod('nonsense')).toBeUndefined()
  })
})

describe('studyPairs', () => {
  const pairs = Array.from({ length: 300 }, (_, i) => ({
    a: { photo: `${i} a`, identity: `${i}` },
    b: { photo: `${i} b`, identity: `${i}` },
    same: i % 3 > 0,
    fold: 1,
  }))

  it('takes different genuine pairs from everywhere, few of them the first of many', () => {
    const many = studyPairs({ pairs, folds: 1 }, 60)
    expect(studyPairs({ pairs, folds: 1 }, 12)).toEqual(many.slice(0, 12))
    expect(new Set(many.map(({ a }) => a.photo)).size).toBe(60)
    expect(many.every(({ same }) => same)).toBe(true)
    const thirds = [0, 1, 2].map(
      k => many.filter(({ a }) => Math.floor(Number(a.identity) / 100) === k).length,
    )
    expect(Math.min(...thirds)).toBeGreaterThan(14)
    expect(studyPairs({ pairs, folds: 1 }, 1000)).toHaveLength(192)
  })
})

describe('openRows', () => {
  it('finds again what was measured, but for a line that was cut short', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xfmr-rows-'))
    const path = join(folder, 'deep', 'rows.jsonl')
    const first = await openRows(path)
    for (const row of rows.slice(0, 3)) await first.add(row)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.slice(0, -20))
    const second = await openRows(path)
    expect([...second.rows.values()]).toEqual(rows.slice(0, 2))
    await second.add(rows[2]!)
    expect([...(await openRows(path)).rows.values()]).toEqual(rows.slice(0, 3))
    await rm(folder, { recursive: true })
  })
})

describe('shuffleWeights', () => {
  it('keeps the values of every weight, in another order, and vectors as they are', () => {
    const weight = float32(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [4, 3, 2, 1],
    )
    const bias = float32([1, 2, 3, 4], [4])
    const slope = float32([1, 2, 3, 4], [4, 1, 1])
    const graph = { initializers: new Map(Object.entries({ weight, bias, slope })) } as unknown as Graph
    const { initializers } = shuffleWeights(graph, 1)
    const data = initializers.get('weight')!.data
    expect([...data]).not.toEqual([...weight.data])
    expect([...data].map(Number).sort((a, b) => a - b)).toEqual([...weight.data])
    expect(initializers.get('bias')).toBe(bias)
    expect(initializers.get('slope')).toBe(slope)
    expect(shuffleWeights(graph, 1).initializers.get('weight')!.data).toEqual(data)
    expect([...weight.data][5]).toBe(5)
  })
})
