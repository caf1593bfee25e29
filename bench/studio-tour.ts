/** Draws the pictures of `docs/studio.md` from the sample photos: `npm run studio-tour`. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from '../test/browser/chromium.ts'
import { enrol, maskedSample, search, serveGallery } from '../test/browser/studio-gallery-site.ts'
import { explained } from '../test/browser/studio-page.ts'
import { BUILT, buildStudio, remove, serveStudio } from '../test/browser/studio-site.ts'
import { samplePhotoPath } from '../test/models.ts'

const DOCS = process.argv[2] ?? 'docs'

/** Who is enrolled in the gallery. */
const PEOPLE = [
  ['Nicolas Cage', 'cage.jpg'],
  ['Sean Connery', 'SeanConnery.jpg'],
  ['Audrey Hepburn', 'audrey.jpg'],
  ['Bill Murray', 'bill-murray-snl_crop.jpg'],
] as const

const shoot = async (page: Page, name: string, width: number, height: number): Promise<void> => {
  await page.setViewportSize({ width, height })
  // Lets fonts and pictures settle.
  await page.waitForTimeout(1000)
  await page.screenshot({ path: `${DOCS}/studio-${name}.jpg`, type: 'jpeg', quality: 82 })
  console.log(`${DOCS}/studio-${name}.jpg`)
}

await buildStudio()
const site = await serveStudio()
const folder = await mkdtemp(join(tmpdir(), 'xfmr-tour-'))
const server = await serveGallery(folder, BUILT)
const browser = await launchChromium()
try {
  // One page for all, so that the models are loaded once.
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(400_000)
  await page.goto(site.url)
  await page.locator('.status.ready').waitFor()
  // The page warms its networks up first.
  await page.waitForTimeout(3000)
  await page.locator('.samples button').first().click()
  await explained(page)
  await shoot(page, 'compare', 1280, 2140)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.evaluate(() => scrollTo(0, 0))
  await shoot(page, 'phone', 390, 1500)

  await page.setViewportSize({ width: 1280, height: 900 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByLabel('What each layer saw').check()
  await page.locator('input[type=range]').first().fill('2')
  await page.waitForFunction(() => {
    const overlay = document.querySelector<HTMLElement>('.overlay')
    return overlay && overlay.style.opacity !== '0' && document.querySelector('.ramp')
  })
  await page.evaluate(() => document.querySelector('.figure')!.scrollIntoView())
  await shoot(page, 'dark', 1280, 1000)

  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByLabel('Where the faces agree').check()
  await page.locator('nav a', { hasText: 'mask' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.variant-verdict.same').length >= 2)
  await page.locator('.sum-lines p').first().waitFor()
  await shoot(page, 'mask', 1280, 1900)

  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`${server.url}/#/gallery`)
  for (const [name, photo] of PEOPLE) await enrol(page, name, samplePhotoPath(photo))
  await search(page, await maskedSample(server, { sample: 'cage2_crop.jpg', folder }))
  await page
    .locator('.matches img')
    .nth(PEOPLE.length - 1)
    .waitFor()
  await shoot(page, 'gallery', 1280, 1060)
} finally {
  await browser.close()
  site.close()
  await server.close()
  await remove(folder)
}
