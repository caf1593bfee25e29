import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Affine } from '../../src/image/affine.ts'
import { letterbox } from '../../src/image/letterbox.ts'
import { encodeJpeg, encodePng, readPhoto } from '../../src/image/node.ts'
import { resize } from '../../src/image/resize.ts'
import { warp } from '../../src/image/warp.ts'
import { noise, waves } from '../photos.ts'
import { bundleForBrowser } from './bundle.ts'
import { launchChromium } from './chromium.ts'
import { servePage } from './server.ts'

let browser: Browser
let page: Page
let server: Awaited<ReturnType<typeof servePage>>

beforeAll(async () => {
  const { code } = await bundleForBrowser('test/browser/image-page.ts')
  server = await servePage(code)
  browser = await launchChromium()
  page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction(() => 'resample' in window)
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

const read = (bytes: Uint8Array, maxPixels?: number) =>
  page.evaluate(
    ([file, limit]) => window.read(file as number[], limit as number | undefined),
    [[...bytes], maxPixels],
  )

describe('photos in the browser', () => {
  it.each([
    ['turned', [0.9, -0.31, 12.25, 0.31, 0.9, -3.5]],
    ['shrunk', [0.3, 0.1, 3, -0.1, 0.3, 9]],
  ] as [string, Affine][])('are resampled to the very bytes that Node makes: %s', async (_, transform) => {
    const photo = noise(200, 160)
    const file = await encodePng(photo)
    const found = await page.evaluate(([bytes, map]) => window.resample(bytes, map), [
      [...file],
      transform,
    ] as [number[], Affine])
    expect(found.warped).toEqual([...warp(photo, transform, 112, 112).data])
    expect(found.resized).toEqual([...resize(photo, 50, 70).data])
    expect(found.boxed).toEqual([...letterbox(photo, 32, 24).data])
  })

  it('have the pixels that Node reads, from PNG exactly and from JPEG nearly', async () => {
    const photo = noise(31, 17)
    expect(await read(await encodePng(photo))).toEqual({ width: 31, height: 17, data: [...photo.data] })
    const jpeg = await encodeJpeg(waves(64, 48))
    const found = (await read(jpeg)) as { data: number[] }
    const expected = await readPhoto(jpeg)
    found.data.forEach((value, i) => {
      expect(Math.abs(value - expected.data[i]!)).toBeLessThanOrEqual(2)
    })
  })

  it('are turned upright and laid over mid grey', async () => {
    const lying = await sharp(noise(20, 10).data, { raw: { width: 20, height: 10, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const upright = await readPhoto(lying)
    const found = (await read(lying)) as { width: number; height: number; data: number[] }
    expect([found.width, found.height]).toEqual([10, 20])
    found.data.forEach((value, i) => {
      expect(Math.abs(value - upright.data[i]!)).toBeLessThanOrEqual(2)
    })
    const clear = await sharp(Buffer.of(200, 0, 0, 255, 9, 9, 9, 0), {
      raw: { width: 2, height: 1, channels: 4 },
    })
      .png()
      .toBuffer()
    expect(await read(clear)).toEqual({ width: 2, height: 1, data: [200, 0, 0, 127, 127, 127] })
  })

  it('survive being written and read again', async () => {
    const photo = waves(40, 30)
    const file = [...(await encodePng(photo))]
    const png = await page.evaluate(bytes => window.readAgain(bytes, 'png'), file)
    expect(png).toEqual({ width: 40, height: 30, data: [...photo.data] })
    const jpeg = (await page.evaluate(bytes => window.readAgain(bytes, 'jpeg'), file)) as { data: number[] }
    const mean =
      jpeg.data.reduce((sum, value, i) => sum + Math.abs(value - photo.data[i]!), 0) / jpeg.data.length
    expect(mean).toBeLessThan(4)
  })

  it('are refused by the same codes as in Node', async () => {
    const jpeg = await encodeJpeg(waves(200, 150))
    expect(await read(Buffer.from('no photo'))).toEqual({ code: 'E_DECODE' })
    expect(await read(new Uint8Array())).toEqual({ code: 'E_DECODE' })
    expect(await read(jpeg.subarray(0, jpeg.length / 2))).toEqual({ code: 'E_DECODE' })
    expect(await read(jpeg, 29_999)).toEqual({ code: 'E_TOO_LARGE' })
    expect(await read(jpeg, 30_000)).toMatchObject({ width: 200 })
  })
})
