import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeJpeg, encodePng, readPhoto } from '../../src/node.ts'
import { samplePhotoPath } from '../models.ts'
import { noise } from '../photos.ts'
import { run } from '../terminal.ts'
import { launchChromium } from './chromium.ts'
import { explained, OBSERVE, pictureOf, putFile, shownScore, vitalsOf } from './studio-page.ts'
import { axeViolations, BUILT, buildStudio, fakeVideo, remove, serveStudio } from './studio-site.ts'

let folder: string
let browser: Browser
let context: BrowserContext
let page: Page
let site: Awaited<ReturnType<typeof serveStudio>>
const requests: string[] = []
const complaints: string[] = []

const watch = (opened: BrowserContext): void => {
  opened.on('request', request => requests.push(request.url()))
  opened.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  opened.on('weberror', error => complaints.push(error.error().message))
}

/** A file for the page, made in the tests' own folder. */
const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** A sample as PNG, so that Node and browser see the same pixels. */
const asPng = async (sample: string): Promise<string> =>
  file(`${sample}.png`, await encodePng(await readPhoto(samplePhotoPath(sample))))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-studio-'))
  await buildStudio()
  site = await serveStudio()
  const video = await fakeVideo(
    await encodeJpeg(await readPhoto(samplePhotoPath('franck_02221.jpg')), 95),
    folder,
  )
  browser = await launchChromium([
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ])
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })
  context.setDefaultTimeout(120_000)
  watch(context)
  await context.addInitScript(OBSERVE)
  page = await context.newPage()
  await page.goto(site.url)
  await page.locator('.status.ready').waitFor()
})
afterAll(async () => {
  await browser?.close()
  site?.close()
  await remove(folder)
})

describe('comparing', () => {
  it.each([
    ['cage.jpg', 'cage2_crop.jpg'],
    ['cage.jpg', 'SeanConnery.jpg'],
  ])('gives the verdict of the command line: %s and %s', async (a, b) => {
    const [one, other] = [await asPng(a), await asPng(b)]
    const { out } = await run('compare', one, other, '--json', '--no-explain')
    const expected = JSON.parse(out)
    await putFile(page, 'a', one)
    await putFile(page, 'b', other)
    await explained(page)
    await expect.poll(() => page.locator('.slot[data-side=b] .slot-note').textContent()).toBe(`${b}.png`)
    expect(await page.locator('.verdict h2').getAttribute('class')).toBe(expected.verdict)
    expect(Math.abs((await shownScore(page)) - expected.score.cosine)).toBeLessThan(1e-3)
    const sum = await page.locator('.sum > p').first().textContent()
    const xcos = Number(sum!.match(/add up to (\S+), the explainable/)![1]!.replace('\u2212', '-'))
    expect(Math.abs(xcos - expected.score.xcos)).toBeLessThan(1e-3)
  })

  it('runs on several threads where the page is isolated', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(await page.locator('.status p').first().textContent()).toMatch(/threads?$/)
  })

  it('marks the same cell on both faces and reads it out', async () => {
    const box = (await page.locator('.lattice').first().boundingBox())!
    await page.locator('.lattice').first().scrollIntoViewIfNeeded()
    await page
      .locator('.lattice')
      .first()
      .hover({ position: { x: box.width * 0.36, y: box.height * 0.93 } })
    const place = page.locator('.readout .place')
    expect(await place.textContent()).toMatch(/^Row 7, column 3: /)
    const marks = await page
      .locator('.stage .mark')
      .evaluateAll(all => all.map(mark => (mark as HTMLElement).style.transform))
    expect(marks).toEqual(['translate(200%, 600%)', 'translate(200%, 600%)'])
    const [s, w, p] = (await page.locator('.readout dd').allTextContents()).map(text =>
      Number(text.replace('\u2212', '-').replace('+', '').replace(/\s%/, '')),
    )
    expect(Math.abs(s! * (w! / 100) - p!)).toBeLessThan(1e-3)
    await page.mouse.move(0, 0)
  })

  it('moves through the cells by keyboard', async () => {
    const cells = page.locator('.stage [role=gridcell]')
    await cells.first().focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    const words = await page.evaluate(() => document.activeElement!.getAttribute('aria-label'))
    expect(words).toMatch(/^Row 2, column 2: .+\. Agreement .+, attention .+, adds .+\.$/)
    expect(await page.locator('.readout .place').textContent()).toBe(words!.split('. ')[0])
    expect(await page.locator('.stage [role=gridcell][tabindex="0"]').count()).toBe(1)
  })

  it('shows the map of every layer of a method', async () => {
    await page.getByLabel('What each layer saw').check()
    const slider = page.getByLabel('Layer', { exact: false }).and(page.locator('input[type=range]'))
    await expect
      .poll(() =>
        page
          .locator('.overlay')
          .first()
          .evaluate(c => getComputedStyle(c).opacity),
      )
      .not.toBe('0')
    const pictures = new Set<string>()
    for (const layer of [0, 1, 2, 3, 4, 5]) {
      await slider.fill(String(layer))
      pictures.add(await pictureOf(page, '.stage .overlay'))
    }
    expect(pictures.size).toBeGreaterThanOrEqual(5)
    const before = await pictureOf(page, '.stage .overlay')
    await page.getByLabel('Method').selectOption('gradcam')
    await expect.poll(() => pictureOf(page, '.stage .overlay')).not.toBe(before)
    expect(page.url()).toContain('view=layers')
    expect(page.url()).toContain('method=gradcam')
    await page.getByLabel('Where the faces agree').check()
  })

  it('hands out the report of the command line', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the report' }).click(),
    ])
    const path = join(folder, 'report.html')
    await download.saveAs(path)
    const report = await context.newPage()
    await report.goto(pathToFileURL(path).href)
    expect(await report.locator('h1').textContent()).toBe('Different people')
    expect(await report.locator('section').count()).toBeGreaterThanOrEqual(7)
    await report.close()
  })
})

describe('photos', () => {
  it('with several faces let one choose', async () => {
    await putFile(page, 'b', samplePhotoPath('sample4.jpg'))
    const faces = page.locator('.slot[data-side=b] .faces input')
    await expect.poll(() => faces.count()).toBeGreaterThan(1)
    const count = await faces.count()
    expect(await page.locator('.slot[data-side=b] .slot-note').textContent()).toContain(`${count} faces`)
    await explained(page)
    const first = await shownScore(page)
    const chosen = await faces.evaluateAll(all => all.findIndex(face => (face as HTMLInputElement).checked))
    await faces.nth(chosen === 0 ? 1 : 0).check()
    await expect.poll(() => shownScore(page)).not.toBe(first)
    await explained(page)
  })

  it.each([
    [
      'that are none',
      'notes.txt',
      async (): Promise<string> => 'no photo',
      /no photo that the browser can read/,
    ],
    [
      'without a face',
      'noise.png',
      (): Promise<Uint8Array> => encodePng(noise(160, 120)),
      /No face was found/,
    ],
    ['that are tiny', 'dot.png', (): Promise<Uint8Array> => encodePng(noise(9, 9)), /too small/],
    [
      'cut off in the middle',
      'half.jpg',
      async (): Promise<Uint8Array> => (await readFile(samplePhotoPath('cage.jpg'))).subarray(0, 12_000),
      /no photo that the browser can read|No face/,
    ],
  ] as const)('%s are refused with a reason', async (_, name, content, reason) => {
    await putFile(page, 'b', await file(name, await content()))
    await expect.poll(() => page.locator('.slot[data-side=b] .failure').textContent()).toMatch(reason)
    expect(await page.locator('.verdict-wait').textContent()).toBe('Add photo B to compare.')
  })

  it('are never part of the address', () => {
    expect(page.url()).not.toMatch(/cage|blob|data/)
  })

  it('of the camera are asked for, and a refusal is explained', async () => {
    await page.locator('.slot[data-side=b] button', { hasText: 'Camera' }).click()
    expect(await page.locator('dialog .failure').textContent()).toMatch(/may not use the camera/)
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await page.locator('dialog').count()).toBe(0)
  })
})

describe('by keyboard alone', () => {
  it('a pair of samples is compared and another face map is chosen', async () => {
    const keyed = await context.newPage()
    await keyed.goto(`${site.url}#/compare`)
    await keyed.locator('.status.ready').waitFor()
    for (let i = 0; i < 20; i++) {
      await keyed.keyboard.press('Tab')
      if (await keyed.evaluate(() => document.activeElement!.closest('.samples') !== null)) break
    }
    const before = await vitalsOf(keyed)
    await keyed.keyboard.press('Enter')
    await explained(keyed)
    const { shift, moved } = await vitalsOf(keyed)
    expect(shift - before.shift, moved.join('; ')).toBeLessThan(0.001)
    expect(await keyed.locator('.verdict h2').textContent()).toBe('Same person')
    for (let i = 0; i < 30; i++) {
      await keyed.keyboard.press('Tab')
      if (await keyed.evaluate(() => (document.activeElement as HTMLInputElement).name === 'compare-cells'))
        break
    }
    await keyed.keyboard.press('ArrowRight')
    expect(await keyed.locator('input[name=compare-cells]:checked').inputValue()).toBe('similarity')
    expect(keyed.url()).toContain('cells=similarity')
    await keyed.close()
  })
})

describe('a mask', () => {
  it('changes score and verdict, and the correction takes some of that back', async () => {
    await page.goto(`${site.url}#/mask?pair=same`)
    await page.reload()
    const scores = (): Promise<string[]> => page.locator('.variant-score').allTextContents()
    const settled = async (): Promise<number[]> => {
      await expect
        .poll(
          async () =>
            (await scores()).filter(text => /\d/.test(text)).length === 3 &&
            (await page.locator('.variant.stale, .working').count()) === 0,
        )
        .toBe(true)
      return (await scores()).map(text => Number(text.replace('\u2212', '-')))
    }
    const [bare, never, auto] = await settled()
    expect(never).toBeLessThan(bare! - 0.05)
    expect(auto).toBeGreaterThan(never!)
    expect(await page.locator('.try-note').textContent()).toMatch(/moved it back by/)
    await page.getByLabel('Cloth').check()
    await expect.poll(async () => (await scores())[1]).not.toBe(never!.toFixed(4))
    await settled()
    const worn = page.locator('.slider', { hasText: 'Worn' }).locator('input')
    await worn.fill('0')
    await expect.poll(async () => Number((await settled())[1])).toBeGreaterThan(never!)
    expect(await page.locator('.slider', { hasText: 'Worn' }).locator('output').textContent()).toBe(
      'on the chin',
    )
  })
})

describe('the mask page on a phone', () => {
  it('keeps everything in its place while results arrive', async () => {
    const phone = await context.newPage()
    await phone.setViewportSize({ width: 390, height: 900 })
    await phone.goto(`${site.url}#/mask?pair=same`)
    await phone.locator('.variant-verdict.different').waitFor()
    await phone.locator('.sum-lines p').first().waitFor()
    const { moved } = await vitalsOf(phone)
    // The words about loading, at the right edge, are the only ones that may.
    expect(moved.filter(line => !line.includes('#text'))).toEqual([])
    await phone.close()
  })
})

describe('live', () => {
  it('looks at the camera and compares with a reference', async () => {
    await context.grantPermissions(['camera'])
    await page.goto(`${site.url}#/live?pair=pose`)
    await page.reload()
    await page.locator('.slot-picture canvas').waitFor()
    await page.getByRole('button', { name: 'Start the camera' }).click()
    await expect.poll(() => page.locator('.live-words').textContent()).toBe('Same person')
    expect(await page.locator('.mask-state').textContent()).toBe('No mask')
    await expect
      .poll(async () => (await page.locator('.live-score').textContent())!.length)
      .toBeGreaterThan(3)
    expect(Number(await page.locator('.live-score').textContent())).toBeGreaterThan(0.9)
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(
      await page.locator('video').evaluate(video => {
        const stream = (video as HTMLVideoElement).srcObject as MediaStream
        return stream.getTracks().every(track => track.readyState === 'ended')
      }),
    ).toBe(true)
    await context.clearPermissions()
  })
})

describe('accessibility', () => {
  it.each([
    ['light', 1280, '#/compare?pair=different'],
    ['dark', 1280, '#/compare?pair=different'],
    ['light', 390, '#/mask?pair=same'],
    ['dark', 1280, '#/live'],
  ] as const)('holds in %s mode at %i pixels: %s', async (colorScheme, width, hash) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    await page.goto(site.url + hash)
    await page.reload()
    if (hash.includes('compare')) await explained(page)
    else if (hash.includes('mask')) await page.locator('.variant-verdict.same').first().waitFor()
    else await page.locator('.status.ready').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(await axeViolations(page)).toEqual([])
  })
})

describe('the page', () => {
  it('works without a network once it was open', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(`${site.url}#/compare`)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
    await context.setOffline(true)
    await page.reload()
    await page.locator('.samples button').nth(1).click()
    await explained(page)
    expect(await page.locator('.verdict h2').textContent()).toBe('Different people')
    await context.setOffline(false)
  })

  it('asks no other host for anything and complains about nothing', () => {
    const foreign = requests.filter(url => !url.startsWith(site.url) && !/^(blob|data|file):/.test(url))
    expect(foreign).toEqual([])
    // Of the test without a network, and of chromium itself where a page asks for a graphics card and there is none.
    const expected = /ERR_INTERNET_DISCONNECTED|Failed to load resource|^No available adapters\.$/
    expect(complaints.filter(line => !expected.test(line))).toEqual([])
  })

  it('forbids what it does not need', async () => {
    const response = await fetch(site.url)
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe-inline|(?<!wasm-)unsafe-eval|https?:|\*/)
    expect(await response.text()).not.toMatch(/<script(?![^>]*src=)/)
  })

  it('is small: less than 300 kB compressed, without the wasm files', async () => {
    const { readdir } = await import('node:fs/promises')
    const names = await readdir(BUILT, { recursive: true, withFileTypes: true })
    let bytes = 0
    for (const entry of names.filter(entry => entry.isFile())) {
      bytes += gzipSync(await readFile(join(entry.parentPath, entry.name)), { level: 9 }).length
    }
    expect(bytes).toBeLessThan(300_000)
  })
})
