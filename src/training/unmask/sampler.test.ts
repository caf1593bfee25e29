import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchesInEpoch, epochSampler, type SamplerOptions } from './sampler.ts'

const optionsOf = (masked: number, bare: number, batch: number, bareShare: number): SamplerOptions => ({
  masked: Array.from({ length: masked }, (_, i) => i),
  bare: Array.from({ length: bare }, (_, i) => 1000 + i),
  bareShare,
  batch,
  seed: 'test',
  vary: true,
  identityOf: row => String(row % 3),
})

test('an epoch goes through the masked rows once, with the right share of bare ones', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 90 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 2, max: 16 }),
      fc.constantFrom(0, 0.15, 0.5),
      (masked, bare, batch, share) => {
        const options = optionsOf(masked, bare, batch, share)
        const number = batchesInEpoch(options)
        const sampler = epochSampler(options, 2)
        const examples = Array.from({ length: number }, (_, i) => sampler(i))
        const bareInBatch = bare > 0 ? Math.round(share * batch) : 0
        for (const drawn of examples) {
          expect(drawn).toHaveLength(batch)
          expect(drawn.filter(({ row }) => row >= 1000)).toHaveLength(bareInBatch)
          for (const { row, other } of drawn) expect(row % 3).not.toBe(other % 3)
        }
        const rows = examples.flat().flatMap(({ row }) => (row < 1000 ? [row] : []))
        expect(new Set(rows).size).toBe(rows.length)
        expect(masked - rows.length).toBeLessThan(batch - bareInBatch)
      },
    ),
  )
})

test('a batch is the same whichever came before, epochs differ, and half are mirrored', () => {
  const options = optionsOf(600, 100, 20, 0.2)
  const [one, again, next] = [epochSampler(options, 0), epochSampler(options, 0), epochSampler(options, 1)]
  one(0)
  expect(one(3)).toEqual(again(3))
  expect(one(3)).not.toEqual(next(3))
  const all = Array.from({ length: 30 }, (_, i) => one(i)).flat()
  expect(all.filter(({ mirrored }) => mirrored).length / all.length).toBeCloseTo(0.5, 1)
  expect(all.filter(({ cover }) => cover).length / all.length).toBeCloseTo(0.25, 1)
  const fixed = epochSampler({ ...options, vary: false }, 0)
  expect(fixed(0).every(({ mirrored, cover }) => !mirrored && cover === null)).toBe(true)
})
