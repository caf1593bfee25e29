/**
 * Draws `docs/report.png`, the picture of a report in the README, from sample photos:
 * `npx tsx bench/report-picture.ts [A B]`. Needs a Chromium (XFMR_CHROMIUM); looks best where the font Inter is installed.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { main } from '../src/cli/main.ts'
import { modelStore } from '../src/node.ts'

const [a = 'franck_02221.jpg', b = 'franck_04000.jpg'] = process.argv.slice(2)
const OUT = new URL('../docs/report.png', import.meta.url).pathname
const COLUMN = 800
const SCALE = 1.25

const store = modelStore()
await store.ensure('samples')
const folder = await mkdtemp(join(tmpdir(), 'xfmr-picture-'))
const code = await main(['compare', store.path('samples', a), store.path('samples', b), '--out', folder])
if (code > 1) process.exit(code)

const browser = await chromium.launch({
  executablePath: process.env.XFMR_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
})
const page = await browser.newPage({
  viewport: { width: COLUMN, height: 900 },
  deviceScaleFactor: SCALE,
  colorScheme: 'light',
})
await page.goto(pathToFileURL(join(folder, 'report.html')).href)
await page.addStyleTag({
  content:
    'body { font-family: Inter, system-ui, sans-serif } nav, .readout { display: none } header { padding-bottom: 2rem }',
})

/** The part of the page from the top of one element to the bottom of another. */
const strip = async (from: string, to: string): Promise<Buffer> => {
  const { y } = (await page.locator(from).first().boundingBox())!
  const last = (await page.locator(to).last().boundingBox())!
  return page.screenshot({
    fullPage: true,
    clip: { x: 0, y, width: COLUMN, height: last.y + last.height - y + 24 },
  })
}

const strips = [await strip('header', '#photos'), await strip('#xcos', '#xcos figcaption')]
await browser.close()
await rm(folder, { recursive: true })

const sizes = await Promise.all(strips.map(async picture => (await sharp(picture).metadata()).height))
const width = COLUMN * SCALE
const { size } = await sharp({
  create: { width: width * 2, height: Math.max(...sizes), channels: 3, background: '#fff' },
})
  .composite(strips.map((input, i) => ({ input, left: i * width, top: 0 })))
  .png({ palette: true, colours: 256, dither: 0.6, compressionLevel: 9, effort: 10 })
  .toFile(OUT)
console.log(`${OUT}: ${Math.round(size / 1000)} kB`)
