import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openXfmr, readPhoto } from '../../src/node.ts'
import { samplePhotoPath } from '../models.ts'
import { bundleForBrowser } from './bundle.ts'
import { launchChromium } from './chromium.ts'
import { servePage } from './server.ts'

describe('the browser entry', () => {
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof servePage>>
  const foreign: string[] = []

  beforeAll(async () => {
    const { code } = await bundleForBrowser('test/browser/page.ts')
    server = await servePage(code)
    browser = await launchChromium()
    page = await browser.newPage()
    page.on('request', request => {
      if (!request.url().startsWith(server.url)) foreign.push(request.url())
    })
    await page.goto(server.url)
    await page.waitForFunction(() => 'compareInBrowser' in window)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  it.each([
    ['cage.jpg', 'cage2_crop.jpg'],
    ['franck_02221.jpg', 'franck_04000.jpg'],
    ['cage.jpg', 'bieber_small.jpg'],
  ])('gives the score that Node gives: %s and %s', async (a, b) => {
    const xfmr = await openXfmr()
    const photos = await Promise.all([a, b].map(name => readPhoto(samplePhotoPath(name))))
    const expected = await xfmr.compare(photos[0]!, photos[1]!, { faceA: 'largest', faceB: 'largest' })
    const found = await page.evaluate(
      ([one, other]) => window.compareInBrowser(`/photos/${one}`, `/photos/${other}`),
      [a, b],
    )
    expect(found.code).toBeUndefined()
    // JPEG decoders differ a little between libvips and Chromium; the pipeline itself does not.
    expect(Math.abs(found.cosine - expected.cosine)).toBeLessThan(5e-3)
    expect(found.pipeline).toBe(expected.pipeline)
    for (const sum of found.sums) expect(Math.abs(sum - found.cosine)).toBeLessThan(1e-4)
    await xfmr.release()
  })

  it('reports what is wrong with a photo by the same codes', async () => {
    const found = await page.evaluate(() => window.compareInBrowser('/photos/cage.jpg', '/'))
    expect(found.code).toBe('E_DECODE')
  })

  it('asks no other host for anything', () => {
    expect(foreign).toEqual([])
  })

  it('holds nothing of Node', async () => {
    const { inputs, code } = await bundleForBrowser('src/web.ts')
    expect(
      inputs.filter(path =>
        /(^|\/)node(\.ts|\/)|sharp|onnxruntime-node/.test(path.replace('node_modules/', '')),
      ),
    ).toEqual([])
    expect(new TextDecoder().decode(code)).not.toMatch(/from"node:/)
  })
})
