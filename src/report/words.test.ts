import { describe, expect, it } from 'vitest'
import type { CompareResult } from './schema.ts'
import { evidenceWords, masksNote, maskWords, regionWords, scoreRank, unmaskNote } from './words.ts'

type Mask = CompareResult['faces'][number]['mask']

const bare: Mask = { worn: false, probability: 0.001, state: 'none' }
const worn: Mask = { worn: true, probability: 0.98, state: 'worn' }

/** Only what the sentences look at. */
const result = (parts: object): CompareResult => parts as CompareResult

const masks = (a: Mask, b: Mask, condition: CompareResult['threshold']['condition']): string =>
  masksNote(result({ faces: [{ mask: a }, { mask: b }], threshold: { condition } }))

describe('masksNote', () => {
  it('says nothing against rates that are of the condition found', () => {
    expect(masks(bare, bare, 'bare-bare')).toBe('No mask was found on either face.')
    expect(masks(bare, worn, 'bare-masked')).toBe('A mask was found on face B.')
    expect(masks(worn, worn, 'masked-masked')).toBe('A mask was found on both faces.')
  })

  it('warns when the rates are of another condition', () => {
    expect(masks(worn, bare, 'bare-bare')).toMatch(/found on face A, but .* without a mask: they do not hold/)
    expect(masks(worn, worn, 'bare-bare')).toMatch(/found on both faces, but .*do not hold/)
    expect(masks(bare, bare, 'bare-masked')).toMatch(/^No mask was found on either face\. .*do not hold/)
  })

  it('says which face was corrected, and which one was compared by its counterpart', () => {
    const note = (a: object, b: object): string =>
      unmaskNote(
        result({ faces: [a, b].map(face => ({ mask: worn, unmasked: false, counterpart: false, ...face })) }),
      )
    expect(note({}, {})).toBe('')
    expect(note({ unmasked: true }, {})).toBe('Face A was corrected for its mask.')
    expect(note({ unmasked: true }, { counterpart: true })).toBe(
      'Face A was corrected for its mask. Face B was compared by what a mask would leave of it.',
    )
    expect(note({ unmasked: true }, { unmasked: true })).toBe('Both faces were corrected for their masks.')
  })

  it('warns when nobody looked', () => {
    expect(masks(null, bare, 'bare-bare')).toMatch(/^Masks were not looked for/)
  })

  it('describes a single face', () => {
    expect(maskWords({ mask: null, unmasked: false })).toBe('')
    expect(maskWords({ mask: worn, unmasked: false })).toMatch(/Mask over mouth and nose .*98\.0[^.]*\.$/)
    expect(maskWords({ mask: worn, unmasked: true })).toMatch(
      /98\.0.*Embedded with the correction for masks\.$/,
    )
  })
})

describe('evidenceWords', () => {
  it.each([
    [2946, 'about 2,900 times', 'pairs of the same person'],
    [0.0077, 'about 130 times', 'pairs of different people'],
    [2.34, 'about 2.3 times', 'pairs of the same person'],
  ])('turns %d into a number above one', (likelihoodRatio, often, among) => {
    expect(evidenceWords(result({ score: { evidence: { likelihoodRatio } } }))).toEqual({ often, among })
  })
})

describe('scoreRank', () => {
  it('counts none where there is none', () => {
    const threshold = { calibration: { name: 'Set', genuine: 200, impostor: 3000 } }
    const text = scoreRank(result({ score: { evidence: { fmr: 0, fnmr: 0.125 } }, threshold }))
    expect(text).toContain('none of the 3,000 pairs of different people scored as high')
    expect(text).toMatch(/12\.5.% of the 200 pairs of the same person scored lower/)
  })
})

describe('regionWords', () => {
  const region = (name: string, attention: number, product: number) => ({
    name,
    label: name[0]!.toUpperCase() + name.slice(1).replace('-', ' '),
    attention,
    product,
  })
  const bareFaces = [{ mask: bare }, { mask: bare }]
  const trained = { score: { by: 'cosine', xcos: 0.34 }, models: [{ role: 'xcos' }] }

  it('names what agrees until it is most of it, both eyes as one, and what lacks', () => {
    const regions = [
      region('left-eye', 0.2, 0.1),
      region('right-eye', 0.2, 0.14),
      region('nose', 0.2, 0.08),
      region('mouth', 0.3, -0.06),
      region('around', 0.1, 0.08),
    ]
    // Agreement: eyes 0.24 of 0.40. Missing at threshold 0.2: nothing but the mouth, 0.06 + 0.06.
    const threshold = { value: 0.2 }
    expect(
      regionWords(result({ ...trained, regions, threshold, verdict: 'different', faces: bareFaces })),
    ).toEqual([
      'Agreement came mostly from the eyes (60\u00a0% of it).',
      'What lacks to the threshold lacks mostly in the mouth (100\u00a0% of it).',
    ])
    expect(
      regionWords(result({ ...trained, regions, threshold, verdict: 'same', faces: bareFaces }))[1],
    ).toBe('Less alike than the threshold asks: the mouth.')
  })

  it('judges parts by the pair itself where xCos was not trained and so is not on the scale of the threshold', () => {
    const regions = [region('nose', 0.5, 0.48), region('chin', 0.5, 0.38)]
    const facts = { regions, threshold: { value: 0.3 }, verdict: 'different', faces: bareFaces }
    const score = { by: 'cosine', xcos: 0.86 }
    // Everything lies above 0.3. The chin has 0.76 where the pair has 0.86.
    expect(regionWords(result({ ...facts, score, models: [] }))[1]).toBe(
      'Less alike than the faces as a whole: the chin.',
    )
    expect(regionWords(result({ ...facts, score: { ...score, by: 'xcos' }, models: [] }))).toHaveLength(1)
  })

  it('says so when nothing agrees, and is silent about what hardly lacks', () => {
    const facts = { threshold: { value: 0.2 }, faces: bareFaces }
    expect(
      regionWords(
        result({ ...trained, ...facts, regions: [region('nose', 1, -0.1)], verdict: 'different' }),
      )[0],
    ).toBe('No part of the face agreed.')
    const regions = [region('nose', 0.5, 0.45), region('chin', 0.5, 0.09)]
    expect(regionWords(result({ ...trained, ...facts, regions, verdict: 'same' }))).toHaveLength(1)
  })

  it('tells what lies behind a mask, by how it is worn', () => {
    const regions = [
      region('brows', 0.8, 0.5),
      region('nose', 0.1, 0.01),
      region('mouth', 0.06, 0),
      region('chin', 0.04, 0),
    ]
    const words = (mask: Mask) =>
      regionWords(
        result({
          ...trained,
          regions,
          threshold: { value: 0 },
          verdict: 'same',
          faces: [{ mask: bare }, { mask }],
        }),
      ).at(-1)
    expect(words(worn)).toBe(
      'Behind the mask lies 20.0\u00a0% of the attention: nose 10.0\u00a0%, mouth 6.00\u00a0% and chin 4.00\u00a0%.',
    )
    expect(words({ worn: true, probability: 0.9, state: 'nose-out' })).toMatch(
      /lies 10\.0.% .*: mouth .* and chin/,
    )
  })
})
