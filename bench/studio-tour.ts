/** Draws the pictures of `docs/studio.md` from the sample photos: `npm run studio-tour`. */
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../test/browser/chromium.ts'
import { explained } from '../test/browser/studio-page.ts'
import { buildStudio, serveStudio } from '../test/browser/studio-site.ts'

const DOCS = process.argv[2] ?? 'docs'

type View = { width: number; height: number; dark?: boolean }

const open = async (browser: Browser, url: string, { width, height, dark = false }: View): Promise<Page> => {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: width < 500 ? 2 : 1,
  })
  context.setDefaultTimeout(180_000)
  const page = await context.newPage()
  await page.goto(url)
  return page
}

const shoot = async (page: Page, name: string, fullPage = false): Promise<void> => {
  // Lets fonts and pictures settle.
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${DOCS}/studio-${name}.jpg`, type: 'jpeg', quality: 82, fullPage })
  console.log(`${DOCS}/studio-${name}.jpg`)
  await page.context().close()
}

await buildStudio()
const site = await serveStudio()
const browser = await launchChromium()
try {
  const compare = await open(browser, `${site.url}#/compare?pair=same`, { width: 1280, height: 2140 })
  await explained(compare)
  await shoot(compare, 'compare')

  const layers = await open(browser, `${site.url}#/compare?pair=different&view=layers&layer=2`, {
    width: 1280,
    height: 900,
    dark: true,
  })
  await explained(layers)
  await layers.waitForFunction(() =>
    document.querySelector('.overlay')!.getAttribute('style')!.includes('0.8'),
  )
  await layers.locator('.figure').scrollIntoViewIfNeeded()
  await layers.evaluate(() => document.querySelector('.figure')!.scrollIntoView())
  await shoot(layers, 'dark')

  const mask = await open(browser, `${site.url}#/mask?pair=same`, { width: 1280, height: 1900 })
  await mask.waitForFunction(() => document.querySelectorAll('.variant-verdict.same').length === 2)
  await mask.locator('.sum-lines p').first().waitFor()
  await shoot(mask, 'mask')

  const phone = await open(browser, `${site.url}#/compare?pair=same`, { width: 390, height: 844 })
  await explained(phone)
  await shoot(phone, 'phone')
} finally {
  await browser.close()
  site.close()
}
