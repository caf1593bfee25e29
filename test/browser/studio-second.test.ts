import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page, Worker } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodePng, readPhoto } from '../../src/node.ts'
import { samplePhotoPath } from '../models.ts'
import { noise } from '../photos.ts'
import { run } from '../terminal.ts'
import { launchChromium } from './chromium.ts'
import { explained, shownScore } from './studio-page.ts'
import { BUILT, buildStudio, remove, serveStudio } from './studio-site.ts'

// Two photos at once: the second one is read by a second worker.
let folder: string
let browser: Browser
let site: Awaited<ReturnType<typeof serveStudio>>
let page: Page
let second: Worker
/** Samples as PNG, so that Node and browser see the same pixels. */
let files: Record<'cage' | 'other' | 'crowd' | 'text' | 'noise', string>
/** Score of the command line. */
let expected: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-studio-second-'))
  const keep = async (name: string, content: Uint8Array | string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const asPng = async (sample: string): Promise<string> =>
    keep(`${sample}.png`, await encodePng(await readPhoto(samplePhotoPath(sample))))
  files = {
    cage: await asPng('cage.jpg'),
    other: await asPng('cage2_crop.jpg'),
    crowd: samplePhotoPath('sample4.jpg'),
    text: await keep('notes.txt', 'no photo'),
    noise: await keep('noise.png', await encodePng(noise(160, 120))),
  }
  const { out } = await run('compare', files.cage, files.other, '--json', '--no-explain')
  expected = JSON.parse(out).score.cosine
  const app = `${BUILT}-second`
  await buildStudio(app)
  site = await serveStudio(app)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  site?.close()
  await remove(folder)
})

const openPage = async (cores: number): Promise<Page> => {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  context.setDefaultTimeout(120_000)
  await context.addInitScript(
    `Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => ${cores} })`,
  )
  const page = await context.newPage()
  await page.goto(site.url)
  await page.locator('.status.ready').waitFor()
  return page
}

/** The second worker, which is started a little later than the page is ready; from then on it counts the files that it reads. */
const secondOf = async (page: Page): Promise<Worker> => {
  await expect.poll(() => page.workers().length).toBe(2)
  const worker = page.workers()[1]!
  await worker.evaluate(() => {
    const counted = self as unknown as { files: number; createImageBitmap: typeof createImageBitmap }
    const decode = self.createImageBitmap.bind(self) as (...args: unknown[]) => Promise<ImageBitmap>
    counted.files = 0
    counted.createImageBitmap = (...args: unknown[]) => {
      // Not the sample, with which it warms up.
      if (args[0] instanceof File) counted.files++
      return decode(...args)
    }
  })
  return worker
}

const filesOf = (worker: Worker): Promise<number> =>
  worker.evaluate(() => (self as unknown as { files: number }).files)

const drop = (page: Page, ...photos: readonly string[]): Promise<void> =>
  page.locator('.slot[data-side=a] input[type=file]').setInputFiles(photos)

const notes = (page: Page): Promise<string[]> => page.locator('.slot-note').allTextContents()

const failureOf = (page: Page, side: 'a' | 'b'): Promise<string | null> =>
  page.locator(`.slot[data-side=${side}] .failure`).textContent()

it('compares two photos at once as the command line does', async () => {
  page = await openPage(2)
  second = await secondOf(page)
  // Until its models are there, it is not asked.
  await expect
    .poll(async () => {
      await drop(page, files.cage, files.other)
      await explained(page)
      return filesOf(second)
    })
    .toBe(1)
  expect(Math.abs((await shownScore(page)) - expected)).toBeLessThan(1e-3)
  expect(await notes(page)).toEqual(['cage.jpg.png', 'cage2_crop.jpg.png'])
  expect(await page.locator('.status p').first().textContent()).toBe('Ready, 2 threads')
})

it('lets one choose among the faces that the second worker found', async () => {
  await drop(page, files.cage, files.crowd)
  const faces = page.locator('.slot[data-side=b] .faces input')
  await expect.poll(() => faces.count()).toBeGreaterThan(1)
  await explained(page)
  expect(await filesOf(second)).toBeGreaterThan(1)
  const before = await shownScore(page)
  const chosen = await faces.evaluateAll(all => all.findIndex(face => (face as HTMLInputElement).checked))
  await faces.nth(chosen === 0 ? 1 : 0).check()
  await expect.poll(() => shownScore(page)).not.toBe(before)
})

it('gives the reason why a photo of either worker is refused', async () => {
  await drop(page, files.text, files.noise)
  await expect.poll(() => failureOf(page, 'a')).toMatch(/no photo that the browser can read/)
  await expect.poll(() => failureOf(page, 'b')).toMatch(/No face was found/)
  const before = await filesOf(second)
  await drop(page, files.cage, files.text)
  await expect.poll(() => failureOf(page, 'b')).toMatch(/no photo that the browser can read/)
  expect(await filesOf(second)).toBe(before + 1)
  // The photos were at fault.
  expect(page.workers().length).toBe(2)
})

it('goes on without a second worker that fails', async () => {
  await second.evaluate(() => {
    setTimeout(() => {
      throw new Error('of no call')
    })
    self.OffscreenCanvas = class {
      constructor() {
        throw new Error('nothing left')
      }
    } as never
  })
  await drop(page, files.cage, files.other)
  await expect.poll(() => page.workers().length).toBe(1)
  await explained(page)
  expect(Math.abs((await shownScore(page)) - expected)).toBeLessThan(1e-3)
  await drop(page, files.other, files.cage)
  await expect.poll(() => notes(page)).toEqual(['cage2_crop.jpg.png', 'cage.jpg.png'])
  await explained(page)
  expect(Math.abs((await shownScore(page)) - expected)).toBeLessThan(1e-3)
})

it('does without one on a single core', async () => {
  const single = await openPage(1)
  expect(await single.locator('.status p').first().textContent()).toBe('Ready, one thread')
  await drop(single, files.cage, files.other)
  await explained(single)
  // Longer than it takes to start one.
  await single.waitForTimeout(2000)
  expect(single.workers().length).toBe(1)
  expect(Math.abs((await shownScore(single)) - expected)).toBeLessThan(1e-3)
})
