import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { formatCsvPairs } from './csv-pairs.ts'
import { measure } from './metrics.ts'
import { differenceOfRuns, parseScoredRun, runDifference } from './run-difference.ts'
import { scoresOfPairs } from './scores.ts'

const random = createRandom('runs')
const pairs = Array.from({ length: 200 }, (_, i) => {
  const same = i % 2 === 0
  const [a, b] = [`p${i}`, same ? `p${i}` : `p${(i + 2) % 200}`]
  return { a: { photo: `${a}/1`, identity: a }, b: { photo: `${b}/2`, identity: b }, same, fold: 1 }
})
const scores = pairs.map(({ same }) => (same ? 0.5 : 0) + 0.2 * random.normal())
const run = (name: string, values: readonly (number | null)[]) =>
  parseScoredRun(formatCsvPairs({ pairs }, values), name)

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
    const changed = parseScoredRun(formatCsvPairs({ pairs: other }, scores), 'b')
    expect(() => differenceOfRuns(run('a', scores), changed)).toThrow('different pairs from line 9 on')
    const short = parseScoredRun(formatCsvPairs({ pairs: pairs.slice(0, 100) }, scores), 'c')
    expect(() => differenceOfRuns(short, run('a', scores))).toThrow("can't be compared")
  })
})
