import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FLAT_TYPES, type MaskType, REAL_TYPES } from '../../src/masking/index.ts'
import { bundleForBrowser } from './bundle.ts'
import { launchChromium } from './chromium.ts'
import { digest } from './mask-page.ts'
import { servePage } from './server.ts'

let browser: Browser
let page: Page
let server: Awaited<ReturnType<typeof servePage>>

beforeAll(async () => {
  const { code } = await bundleForBrowser('test/browser/mask-page.ts')
  server = await servePage(code)
  browser = await launchChromium()
  page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction(() => 'maskDigest' in window)
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

it.each([...REAL_TYPES, FLAT_TYPES[0], FLAT_TYPES[5]])(
  'draws the very bytes that Node draws: %s',
  async type => {
    for (const seed of [1, 2]) {
      const found = await page.evaluate(([kind, word]) => window.maskDigest(kind, word), [type, seed] as [
        MaskType,
        number,
      ])
      expect(found).toBe(await digest(type, seed))
    }
  },
)
