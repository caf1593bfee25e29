import { describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../test/models.ts'
import { randomRecipe } from '../masking/recipe.ts'
import { renderMask } from '../masking/render.ts'
import { openXfmr, readPhoto } from '../node.ts'
import { findingOf, gridMean } from './mask-worn.ts'

describe('gridMean', () => {
  it('averages every channel over its cells', () => {
    const grid = { channels: 2, height: 1, width: 2, data: Float32Array.of(1, 3, -2, -4) }
    expect([...gridMean(grid)]).toEqual([2, -3])
  })
})

describe('findingOf', () => {
  it.each([
    [[0.7, 0.1, 0.1, 0.1], 'none', false],
    [[0.1, 0.6, 0.2, 0.1], 'worn', true],
    [[0.1, 0.2, 0.6, 0.1], 'nose-out', true],
    [[0.1, 0.1, 0.1, 0.7], 'chin', false],
    // Neither alone is the likeliest, but together they say that the mouth is covered.
    [[0.4, 0.3, 0.3, 0], 'worn', true],
  ] as const)('reads %j as %s', (values, state, worn) => {
    const finding = findingOf(values)
    expect(finding).toMatchObject({ state, worn })
    expect(finding.probability).toBeCloseTo(values[1] + values[2], 6)
  })

  it('refuses what is no number', () => {
    expect(() => findingOf([Number.NaN, 0, 0, 1])).toThrow(expect.objectContaining({ code: 'E_NOT_FINITE' }))
  })
})

describe('the worn-mask detector', () => {
  it('tells bare from masked sample photos, and sets the condition of a comparison', async () => {
    const xfmr = await openXfmr()
    const names = ['cage.jpg', 'franck_02221.jpg', 'audrey.jpg', 'SeanConnery.jpg', 'bieber_small.jpg']
    for (const name of names) {
      const photo = await readPhoto(samplePhotoPath(name))
      const bare = await xfmr.compare(photo, photo)
      expect(bare.condition).toBe('bare-bare')
      expect(bare.a.mask).toMatchObject({ worn: false })
      const masked = renderMask(
        photo,
        bare.a.face,
        randomRecipe(1, name, { type: 'surgical', coverage: 'high' }),
      ).photo
      const half = await xfmr.compare(photo, masked)
      expect(half.condition).toBe('bare-masked')
      expect(half.b.mask).toMatchObject({ worn: true, state: 'worn' })
      expect((await xfmr.compare(masked, masked)).condition).toBe('masked-masked')
    }
    await xfmr.release()
  })
})
