import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'

let settings: typeof import('../web/src/state/settings.ts')

beforeAll(async () => {
  vi.stubGlobal('location', { hash: '' })
  settings = await import('../web/src/state/settings.ts')
})

describe('settings in the address', () => {
  it('come back as they were', () => {
    const { CELL_MAPS, formatSettings, PAGES, parseSettings, VIEWS } = settings
    const any = fc.record({
      page: fc.constantFrom(...PAGES),
      view: fc.constantFrom(...VIEWS),
      cells: fc.constantFrom(...CELL_MAPS),
      method: fc.stringMatching(/^[a-z0-9+-]{1,40}$/),
      layer: fc.nat(99),
      opacity: fc.nat(100),
      pair: fc.option(fc.stringMatching(/^[a-z0-9-]{1,40}$/)),
      run: fc.constantFrom('wasm' as const, 'webgpu' as const),
    })
    fc.assert(
      fc.property(any, wanted => {
        expect(parseSettings(formatSettings(wanted))).toEqual(wanted)
      }),
    )
  })

  it('fall back to their defaults, whatever the address says', () => {
    const { formatSettings, parseSettings } = settings
    const usual = parseSettings('')
    expect(formatSettings(usual)).toBe('#/compare')
    for (const hash of ['#/nowhere', '#/compare?view=<b>&layer=x&opacity=', '#//?pair=../../etc', '#%']) {
      expect(parseSettings(hash)).toEqual(usual)
    }
    expect(parseSettings('#/mask?opacity=900')).toMatchObject({ page: 'mask', opacity: 100 })
  })
})
