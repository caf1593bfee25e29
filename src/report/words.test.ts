import { describe, expect, it } from 'vitest'
import type { CompareResult } from './schema.ts'
import { evidenceWords, masksNote, maskWords, regionWords, scoreRank } from './words.ts'

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
  const region = (label: string, a: number, b: number) => ({ name: label, label, a, b })

  it('names what both faces agree on, the surest first, and where they do not', () => {
    const regions = [
      region('Mouth', 0.05, 0.2),
      region('Eyes', 0.4, 0.3),
      region('Chin', -0.05, -0.02),
      region('Nose', 0.1, -0.1),
      region('Cheeks', 0.001, 0.002),
    ]
    expect(regionWords(result({ regions }))).toEqual([
      'Raised the score on both faces: eyes (A +0.40, B +0.30); mouth (A +0.05, B +0.20).',
      'Lowered it on both: chin (A \u22120.05, B \u22120.02).',
      'Seen differently from the two sides: nose (A +0.10, B \u22120.10).',
    ])
  })

  it('says so when nothing stands out', () => {
    expect(regionWords(result({ regions: [region('Eyes', 0.001, 0.001)] }))).toEqual([
      'No part of the face raised the score notably on both faces.',
    ])
  })
})
