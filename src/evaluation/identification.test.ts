import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cumulativeMatch, fnirAtFpir, openSetRates, search } from './identification.ts'

describe('one search', () => {
  it('ranks persons, not photos', () => {
    // Person 0 has two photos above the probe's own best, but is one person.
    expect(search([0.9, 0.8, 0.7, 0.1], [0, 0, 1, 2], 1)).toEqual({
      mated: true,
      rank: 2,
      mateScore: 0.7,
      otherScore: 0.9,
    })
  })

  it('puts ties before the right person', () => {
    expect(search([0.5, 0.5, 0.5], [0, 1, 2], 1).rank).toBe(3)
  })

  it('counts a probe without a face as a miss', () => {
    expect(search(null, [0, 1], 1)).toEqual({
      mated: true,
      rank: Infinity,
      mateScore: -Infinity,
      otherScore: -Infinity,
    })
  })

  it('knows a stranger', () => {
    expect(search([0.2, 0.6], [0, 1], 7)).toEqual({
      mated: false,
      rank: Infinity,
      mateScore: -Infinity,
      otherScore: 0.6,
    })
  })

  it('refuses NaN', () => {
    expect(() => search([Number.NaN], [0], 0)).toThrow('NaN')
  })
})

describe('rates by hand', () => {
  const gallery = [0, 1, 2]
  const searches = [
    search([0.9, 0.1, 0.2], gallery, 0), // rank 1 at .9
    search([0.5, 0.4, 0.1], gallery, 1), // rank 2 at .4
    search([0.5, 0.6, 0.3], gallery, 2), // rank 3 at .3
    search(null, gallery, 2), // never found
    search([0.2, 0.1, 0.45], gallery, 8), // stranger, best .45
    search([0.7, 0.1, 0.2], gallery, 9), // stranger, best .7
  ]

  it('gives the cumulative match characteristic', () => {
    expect([...cumulativeMatch(searches, 4)]).toEqual([0.25, 0.5, 0.75, 0.75])
  })

  it('gives both open-set errors', () => {
    expect(openSetRates(searches, 0.4)).toEqual({ threshold: 0.4, fpir: 1, fnir: 0.5 })
    expect(openSetRates(searches, 0.4, 1)).toEqual({ threshold: 0.4, fpir: 1, fnir: 0.75 })
    expect(fnirAtFpir(searches, 0.5)).toEqual({ threshold: 0.7, fpir: 0.5, fnir: 0.75 })
    expect(fnirAtFpir(searches, 0)).toEqual({ threshold: 0.9, fpir: 0, fnir: 0.75 })
  })

  it('needs both kinds of probe', () => {
    expect(() => openSetRates(searches.slice(0, 4), 0.4)).toThrow('unknown persons')
    expect(() => cumulativeMatch(searches.slice(4), 1)).toThrow('rank')
  })

  it('finds nobody when a stranger tops every score', () => {
    expect(fnirAtFpir([searches[1]!, searches[5]!], 0)).toEqual({ threshold: Infinity, fpir: 0, fnir: 1 })
  })
})

it('agrees with sorting the whole list', () => {
  const level = fc.integer({ min: 0, max: 6 }).map(n => n / 6)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(level, fc.nat(4)), { minLength: 1, maxLength: 20 }),
      fc.nat(4),
      (entries, person) => {
        const found = search(
          entries.map(([score]) => score),
          entries.map(([, who]) => who),
          person,
        )
        const best = [...new Set(entries.map(([, who]) => who))].map(who => ({
          who,
          score: Math.max(...entries.filter(([, other]) => other === who).map(([score]) => score)),
        }))
        best.sort((a, b) => b.score - a.score || Number(a.who === person) - Number(b.who === person))
        const place = best.findIndex(({ who }) => who === person)
        expect(found.rank).toBe(place < 0 ? Infinity : place + 1)
      },
    ),
  )
})
