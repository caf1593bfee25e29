import { rename, writeFile } from 'node:fs/promises'
import { XfmrError } from '../../errors.ts'
import type { Photo } from '../../image/photo.ts'
import type { Region } from '../region.ts'
import { jpegQuality } from './jpeg-quality.ts'

/**
 * Encodes a changed photo the way its file was: same format, JPEG at the same quality and chroma subsampling, transparency kept where nothing was
 * drawn. The photo is upright; orientation and other metadata are not written again.
 * @param bytes The original file.
 * @param before The photo as read from it.
 * @param quality Overrides the quality of lossy formats, 1 to 100.
 */
export const encodeLike = async (
  bytes: Uint8Array,
  before: Photo,
  after: Photo,
  quality: number | undefined,
): Promise<Uint8Array> => {
  const { default: sharp } = await import('sharp')
  const { format, hasAlpha, chromaSubsampling } = await sharp(bytes).metadata()
  const raw = { width: after.width, height: after.height, channels: 3 as 3 | 4 }
  let data = after.data
  if (hasAlpha && format !== 'jpeg') {
    data = await withTransparency(bytes, before, after)
    raw.channels = 4
  }
  const image = sharp(data, { raw, limitInputPixels: false })
  switch (format) {
    case 'jpeg':
      return image
        .jpeg({
          quality: quality ?? jpegQuality(bytes) ?? 90,
          chromaSubsampling: chromaSubsampling === '4:4:4' ? '4:4:4' : '4:2:0',
        })
        .toBuffer()
    case 'webp':
      return image.webp({ quality: quality ?? 90 }).toBuffer()
    case 'heif':
      return image.avif({ quality: quality ?? 70 }).toBuffer()
    case 'tiff':
      return image.tiff({ compression: 'deflate' }).toBuffer()
    case 'gif':
      return image.gif().toBuffer()
    default:
      return image.png().toBuffer()
  }
}

/** A region as an 8-bit grey PNG. */
export const encodeRegion = async ({ width, height, data }: Region): Promise<Uint8Array> => {
  const { default: sharp } = await import('sharp')
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace('b-w')
    .png()
    .toBuffer()
}

/** Writes a file that has its final name only when it is complete. @throws XfmrError `E_WRITE` */
export const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  try {
    await writeFile(`${path}.partial`, bytes)
    await rename(`${path}.partial`, path)
  } catch (cause) {
    throw new XfmrError('E_WRITE', `Can't write ${path}: ${(cause as Error).message}`, { cause })
  }
}

// --- internal ---

/** The original's pixels and transparency where nothing was drawn; opaque where something was. */
const withTransparency = async (bytes: Uint8Array, before: Photo, after: Photo): Promise<Uint8Array> => {
  const { default: sharp } = await import('sharp')
  const original = await sharp(bytes)
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
  const out = new Uint8Array(original)
  for (let i = 0; i < before.width * before.height; i++) {
    const p = i * 3
    if (
      after.data[p] === before.data[p] &&
      after.data[p + 1] === before.data[p + 1] &&
      after.data[p + 2] === before.data[p + 2]
    )
      continue
    out.set(after.data.subarray(p, p + 3), i * 4)
    out[i * 4 + 3] = 255
  }
  return out
}
