import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import type { Condition } from './calibration.ts'
import { formatCsvPairs } from './csv-pairs.ts'
import { crossValidatedAccuracy } from './folds.ts'
import { measure } from './metrics.ts'
import { differenceOfRuns, parseScores, runDifference } from './run-difference.ts'
import { scoresOfPairs } from './scores.ts'

const random = createRandom('runs')
const pairs = Array.from({ length: 200 }, (_, i) => {
  const same = i % 2 === 0
  const [a, b] = [`p${i}`, same ? `p${i}` : `p${(i + 2) % 200}`]
  return { a: { photo: `${a}/1`, identity: a }, b: { photo: `${b}/2`, identity: b }, same, fold: 1 }
})
const scores = pairs.map(({ same }) => (same ? 0.5 : 0) + 0.2 * random.normal())
const setting = (
  name: string,
  values: readonly (number | null)[],
  condition: Condition | null = null,
  list = pairs,
) => ({ name, condition, ...parseScores(formatCsvPairs({ pairs: list }, values), name) })
const run = (name: string, values: readonly (number | null)[], list = pairs) => ({
  name,
  settings: [setting('pairs', values, null, list)],
})

describe('two runs', () => {
  it('are compared pair by pair', () => {
    const masked = scores.map((score, i) => (i === 4 ? null : pairs[i]!.same ? score - 0.2 : score))
    const result = differenceOfRuns(run('bare', scores), run('masked', masked), { resamples: 200 })
    expect(runDifference.parse(result)).toEqual(result)
    const expected = [scores, masked].map(values =>
      measure(
        scoresOfPairs(
          pairs.map(({ same, a, b }, i) => ({
            identities: [a.identity, b.identity],
            genuine: same,
            score: values[i]!,
          })),
        ),
      ),
    )
    for (const key of ['eer', 'fmr100', 'gMean', 'fdr'] as const) {
      const found = result.differences[key]!
      expect(found.first).toBe(expected[0]![key])
      expect(found.second).toBe(expected[1]![key])
      expect(found.difference).toBe(found.second - found.first)
      expect(found.interval![0]).toBeLessThanOrEqual(found.interval![1])
    }
    expect(result.differences.eer!.interval![0]).toBeGreaterThan(0)
    expect(result.differences.iMean).toMatchObject({ difference: 0, interval: [0, 0] })
  })

  it('must have the same pairs', () => {
    const other = pairs.map((pair, i) => (i === 7 ? { ...pair, a: { ...pair.a, photo: 'x' } } : pair))
    const changed = run('b', scores, other)
    expect(() => differenceOfRuns(run('a', scores), changed)).toThrow('different pairs from line 9 on')
    const short = run('c', scores.slice(0, 100), pairs.slice(0, 100))
    expect(() => differenceOfRuns(short, run('a', scores))).toThrow("can't be compared")
  })

  it('must have a setting in common', () => {
    const other = { name: 'b', settings: [setting('else', scores)] }
    expect(() => differenceOfRuns(run('a', scores), other)).toThrow('no setting in common')
  })

  it('are compared by accuracy where the pairs come in folds', () => {
    const folded = pairs.map((pair, i) => ({ ...pair, fold: 1 + ((i % 10) >> 1) }))
    const worse = scores.map((score, i) => (pairs[i]!.same ? score - 0.25 : score))
    const [a, b] = [run('a', scores, folded), run('b', worse, folded)]
    const { accuracy } = differenceOfRuns(a, b, { resamples: 200 }).differences
    const expected = [a, b].map(
      ({ settings: [only] }) =>
        crossValidatedAccuracy(
          only!.pairs.map((pair, i) => ({
            identities: [pair.a.identity, pair.b.identity],
            genuine: pair.same,
            score: only!.scores[i]!,
            fold: pair.fold,
          })),
        ).decisions,
    )
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length
    expect(accuracy!.first).toBeCloseTo(mean(expected[0]!), 12)
    expect(accuracy!.second).toBeCloseTo(mean(expected[1]!), 12)
    expect(accuracy!.interval![1]).toBeLessThan(0)
  })

  it('say by how much the cost of masks changed, with common draws over all settings', () => {
    const masked = scores.map((score, i) => (pairs[i]!.same ? score - 0.3 : score))
    const better = scores.map((score, i) => (pairs[i]!.same ? score - 0.1 : score))
    const whole = (values: typeof scores) => [
      setting('bare', scores, 'bare-bare'),
      setting('masked', values, 'bare-masked'),
    ]
    const before = { name: 'a', settings: whole(masked) }
    const result = differenceOfRuns(before, { name: 'b', settings: whole(better) }, { resamples: 300 })
    expect(runDifference.parse(result)).toEqual(result)
    expect(result.settings.map(({ name }) => name)).toEqual(['bare', 'masked'])
    expect(result.settings[0]!.differences).toEqual(result.differences)
    const [bare, mask] = result.settings.map(({ differences }) => differences.eer!)
    expect(bare).toMatchObject({ difference: 0, interval: [0, 0] })
    const [gap] = result.gaps
    expect(gap).toMatchObject({ masked: 'masked', bare: 'bare' })
    expect(gap!.first).toBeCloseTo(mask!.first - bare!.first, 12)
    expect(gap!.difference).toBeCloseTo(mask!.difference, 12)
    // The bare setting did not change, so the gap varies exactly as the masked setting does.
    expect(gap!.interval![0]).toBeCloseTo(mask!.interval![0], 12)
    expect(gap!.interval![1]).toBeLessThan(0)
    expect(gap!.relative!.change).toBeCloseTo(gap!.difference / gap!.first, 12)
    expect(gap!.relative!.interval![0]).toBeLessThan(gap!.relative!.change)
  })

  it('show no change of the gap when both settings change alike', () => {
    const shifted = scores.map((score, i) => (pairs[i]!.same ? score - 0.2 : score))
    const both = (values: typeof scores) => [
      setting('bare', values, 'bare-bare'),
      setting('masked', values, 'bare-masked'),
    ]
    const [gap] = differenceOfRuns(
      { name: 'a', settings: both(scores) },
      { name: 'b', settings: both(shifted) },
      { resamples: 50 },
    ).gaps
    // The same photos in both settings are one comparison and drawn together: no draw can part them.
    expect(gap).toMatchObject({ difference: 0, interval: [0, 0], relative: null })
  })

  it('take numbers of all comparisons where only a sample is listed', () => {
    const [only] = run('a', scores).settings
    const moved = differenceOfRuns(
      { name: 'a', settings: [{ ...only!, whole: { eer: 0.2 } }] },
      { name: 'b', settings: [{ ...only!, whole: { eer: 0.15 } }] },
      { resamples: 50 },
    )
    expect(moved.differences.eer).toMatchObject({ first: 0.2, second: 0.15 })
    expect(moved.differences.eer!.interval![0]).toBeCloseTo(-0.05, 12)
  })
})
