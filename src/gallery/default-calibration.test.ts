import { describe, expect, it } from 'vitest'
import plain from '../../models/calibration/mobilefacenet.json' with { type: 'json' }
import unmasking from '../../models/calibration/mobilefacenet-unmask-search.json' with { type: 'json' }
import { searchCalibration } from './default-calibration.ts'
import { createSearchCalibrator } from './search-rates.ts'

describe('searchCalibration', () => {
  it.each([plain.pipeline, unmasking.pipeline])(
    'vouches for an FPIR of 0.01 among 10,000 faces: %s',
    pipeline => {
      const file = searchCalibration(pipeline)!
      expect(new Set(file.calibrations.map(({ condition }) => condition))).toEqual(
        new Set(['bare-bare', 'bare-masked', 'masked-masked']),
      )
      const calibrator = createSearchCalibrator(file)
      const size = { bare: 10_000, masked: 0 }
      for (const probeMasked of [false, true]) {
        const { value, chosen } = calibrator.threshold(undefined, probeMasked, size)
        expect(chosen).toBe('fpir')
        const { fpir, fpirInterval, measured } = calibrator.at(value, probeMasked, size)
        expect(measured).toBe(true)
        expect(fpir).toBeLessThanOrEqual(0.01)
        expect(fpir).toBeGreaterThan(0.005)
        expect(fpirInterval[0]).toBeLessThan(fpir)
        expect(fpirInterval[1]).toBeGreaterThan(fpir)
      }
    },
  )

  it('knows nothing of other pipelines', () => {
    expect(searchCalibration('another/pipeline')).toBeUndefined()
  })
})
