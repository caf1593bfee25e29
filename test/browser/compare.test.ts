import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entryOf } from '../../src/models/catalogue.ts'
import type { RecogniserContract } from '../../src/models/contract.ts'
import { openXfmr, readPhoto, writeModel } from '../../src/node.ts'
import { cosineOf } from '../../src/recognition/compare.ts'
import { linearCorrection } from '../corrections.ts'
import { samplePhotoPath } from '../models.ts'
import { bundleForBrowser } from './bundle.ts'
import { launchChromium } from './chromium.ts'
import { servePage } from './server.ts'

const { contract } = entryOf('mobilefacenet') as { contract: RecogniserContract }
const correction = linearCorrection(contract, 'mobilefacenet:87aacdfe', { turn: 0.2 })

describe('the browser entry', () => {
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof servePage>>
  const foreign: string[] = []

  beforeAll(async () => {
    const { code } = await bundleForBrowser('test/browser/page.ts')
    server = await servePage(code, { 'fix.onnx': writeModel(correction) })
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
    const xfmr = await openXfmr({ unmask: 'never' })
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

  it('corrects embeddings for masks', async () => {
    const { corrected, plain, pipeline } = await page.evaluate(() =>
      window.correctInBrowser('/photos/cage.jpg', '/files/fix.onnx'),
    )
    expect(pipeline).toMatch(/\/unmask-always:[0-9a-f]{8}$/)
    expect(cosineOf(Float32Array.from(corrected), Float32Array.from(plain))).toBeLessThan(0.999)
    const weights = correction.initializers.values().next().value!.data as Float32Array
    const byHand = plain.map((_, column) =>
      plain.reduce((sum, value, row) => sum + value * weights[row * plain.length + column]!, 0),
    )
    expect(cosineOf(Float32Array.from(corrected), Float32Array.from(byHand))).toBeGreaterThan(0.99999)
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
