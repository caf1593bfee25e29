import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noise, pixel, waves } from '../../test/photos.ts'
import { encodeJpeg, encodePng, readPhoto } from './node.ts'
import type { Photo } from './photo.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-image-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Left half red, right half blue; upper half bright, lower half dark: every orientation looks different. */
const quarters = (): Photo => {
  const data = new Uint8Array(32 * 16 * 3)
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 32; x++) data[(y * 32 + x) * 3 + (x < 16 ? 0 : 2)] = y < 8 ? 250 : 90
  }
  return { width: 32, height: 16, data }
}

/** The edges at which the first stored row and the first stored column are seen, by EXIF tag 274. */
const ORIENTATIONS = [
  [1, 'top', 'left'],
  [2, 'top', 'right'],
  [3, 'bottom', 'right'],
  [4, 'bottom', 'left'],
  [5, 'left', 'top'],
  [6, 'right', 'top'],
  [7, 'right', 'bottom'],
  [8, 'left', 'bottom'],
] as const

describe('readPhoto', () => {
  it('gives back the pixels of a PNG, and its path as name', async () => {
    const photo = noise(31, 17)
    const path = join(folder, 'noise.png')
    await writeFile(path, await encodePng(photo))
    expect(await readPhoto(path)).toEqual({ ...photo, data: photo.data, name: path })
  })

  it.each(ORIENTATIONS)(
    'turns EXIF orientation %i upright, once',
    async (orientation, firstRow, firstColumn) => {
      const upright = quarters()
      const lying = orientation > 4
      const [width, height] = lying ? [16, 32] : [32, 16]
      const stored = new Uint8Array(32 * 16 * 3)
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const place = { top: 0, left: 0, bottom: 15, right: 31 }
          const [down, across] = lying ? [column, row] : [row, column]
          const y = Math.abs(place[(lying ? firstColumn : firstRow) as 'top'] - down)
          const x = Math.abs(place[(lying ? firstRow : firstColumn) as 'left'] - across)
          stored.set(pixel(upright, x, y), (row * width + column) * 3)
        }
      }
      const file = await sharp(stored, { raw: { width, height, channels: 3 } })
        .withMetadata({ orientation })
        .png()
        .toBuffer()
      const photo = await readPhoto(file)
      expect([photo.width, photo.height]).toEqual([32, 16])
      expect(new Uint8Array(photo.data)).toEqual(upright.data)
    },
  )

  it('makes three channels of grey', async () => {
    const file = await sharp(Buffer.of(0, 90, 255, 13), { raw: { width: 4, height: 1, channels: 1 } })
      .png()
      .toBuffer()
    expect([...(await readPhoto(file)).data]).toEqual([0, 0, 0, 90, 90, 90, 255, 255, 255, 13, 13, 13])
  })

  it('reduces 16 bits to 8', async () => {
    const values = Uint16Array.of(0, 65535, 32896, 65535, 0, 257)
    const file = await sharp(values, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await sharp(file).metadata()).depth).toBe('ushort')
    const photo = await readPhoto(file)
    expect([...photo.data]).toEqual([0, 255, 128, 255, 0, 1])
  })

  it('lays transparent photos over mid grey', async () => {
    const rgba = Buffer.of(200, 0, 0, 255, 9, 9, 9, 0, 255, 255, 255, 128)
    const file = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    const { data } = await readPhoto(file)
    expect([...data.subarray(0, 6)]).toEqual([200, 0, 0, 127, 127, 127])
    expect(Math.abs(data[6]! - 191)).toBeLessThanOrEqual(1)
  })

  it('lays 16-bit transparent photos over mid grey too', async () => {
    const rgba = Uint16Array.of(51400, 0, 0, 65535, 9, 9, 9, 0)
    const file = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await sharp(file).metadata()).depth).toBe('ushort')
    const { data } = await readPhoto(file)
    expect(data).toHaveLength(6)
    ;[200, 0, 0, 127, 127, 127].forEach((value, i) => {
      expect(Math.abs(data[i]! - value)).toBeLessThanOrEqual(1)
    })
  })

  it('converts CMYK', async () => {
    const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c02020' } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer()
    expect((await sharp(file).metadata()).space).toBe('cmyk')
    const photo = await readPhoto(file)
    const [r, g, b] = pixel(photo, 4, 4)
    expect(photo.data).toHaveLength(8 * 8 * 3)
    expect(Math.abs(r! - 0xc0)).toBeLessThan(25)
    expect(Math.abs(g! - 0x20)).toBeLessThan(25)
    expect(Math.abs(b! - 0x20)).toBeLessThan(25)
  })

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(10 * 10 * 3, 250), Buffer.alloc(10 * 10 * 3, 5)])
    const file = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer()
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(2)
    const photo = await readPhoto(file)
    expect([photo.width, photo.height, photo.data[0]]).toEqual([10, 10, 250])
  })

  it('decodes a photo of one pixel', async () => {
    const photo = await readPhoto(await encodePng(noise(1, 1)))
    expect(photo.data).toHaveLength(3)
  })
})

describe('readPhoto refuses', () => {
  const code = (error: string) => expect.objectContaining({ code: error })

  it('a file that is not there', async () => {
    await expect(readPhoto(join(folder, 'nobody.jpg'))).rejects.toThrow(code('E_NOT_FOUND'))
    await expect(readPhoto(join(folder, 'nobody.jpg'))).rejects.toThrow('nobody.jpg')
  })

  it('a folder', async () => {
    await expect(readPhoto(folder)).rejects.toThrow(code('E_READ'))
  })

  it('a file that this user may not read', async () => {
    const path = join(folder, 'secret.png')
    await writeFile(path, await encodePng(noise(4, 4)))
    await chmod(path, 0)
    // Root may read everything, so root becomes nobody for the length of this test.
    const root = process.geteuid?.() === 0
    if (root) {
      await chmod(folder, 0o755)
      process.seteuid!(65534)
    }
    try {
      await expect(readPhoto(path)).rejects.toThrow(code('E_READ'))
    } finally {
      if (root) process.seteuid!(0)
    }
  })

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['text', Buffer.from('This is not a photo, whatever its name says.')],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['half a header', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
  ])('%s under the name of a photo', async (_, bytes) => {
    const path = join(folder, 'photo.jpg')
    await writeFile(path, bytes)
    await expect(readPhoto(path)).rejects.toThrow(code('E_DECODE'))
    await expect(readPhoto(path)).rejects.toThrow('photo.jpg')
  })

  it('a photo that is cut short, wherever', async () => {
    const photo = waves(120, 90)
    const jpeg = await encodeJpeg(photo)
    const png = await encodePng(photo)
    const webp = await sharp(photo.data, { raw: { width: 120, height: 90, channels: 3 } })
      .webp()
      .toBuffer()
    for (const file of [jpeg, png, webp]) {
      await expect(readPhoto(file)).resolves.toMatchObject({ width: 120 })
      for (const share of [0.1, 0.5, 0.9]) {
        const short = file.subarray(0, Math.floor(file.length * share))
        await expect(readPhoto(short)).rejects.toThrow(code('E_DECODE'))
      }
    }
  })

  it('a header that promises too much, at once and with its size', async () => {
    const bomb = Buffer.from(await encodePng(noise(8, 8)))
    bomb.writeUInt32BE(30_000, 16)
    bomb.writeUInt32BE(30_000, 20)
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29)
    const start = performance.now()
    await expect(readPhoto(bomb)).rejects.toThrow(code('E_TOO_LARGE'))
    expect(performance.now() - start).toBeLessThan(1000)
    await expect(readPhoto(bomb)).rejects.toThrow('30000x30000')
  })

  it('more pixels than the caller allows', async () => {
    const file = await encodePng(noise(50, 40))
    await expect(readPhoto(file, { maxPixels: 2000 })).resolves.toMatchObject({ width: 50 })
    await expect(readPhoto(file, { maxPixels: 1999 })).rejects.toThrow(code('E_TOO_LARGE'))
  })
})

describe('encoders', () => {
  it('write PNG without loss, RGB and RGBA', async () => {
    const photo = noise(9, 7)
    expect(Buffer.from((await readPhoto(await encodePng(photo))).data)).toEqual(Buffer.from(photo.data))
    const data = Uint8Array.from({ length: 9 * 7 * 4 }, (_, i) => (i * 37) % 256)
    const { data: read, info } = await sharp(await encodePng({ width: 9, height: 7, data }))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(4)
    expect(new Uint8Array(read)).toEqual(data)
  })

  it('write JPEG that stays close', async () => {
    const photo = waves(64, 64)
    const { data } = await readPhoto(await encodeJpeg(photo, 95))
    const mean = data.reduce((sum, value, i) => sum + Math.abs(value - photo.data[i]!), 0) / data.length
    expect(mean).toBeLessThan(2)
  })
})

it('pixels are a plain Uint8Array, so that slice copies', async () => {
  const photo = await readPhoto(await encodePng({ width: 2, height: 1, data: new Uint8Array(6) }))
  photo.data.slice()[0] = 255
  expect(photo.data[0]).toBe(0)
})
