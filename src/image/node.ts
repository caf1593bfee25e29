import { readFile } from 'node:fs/promises'
import type { OutputInfo, SharpConstructor } from 'sharp'
import { XfmrError } from '../errors.ts'
import { BACKDROP, DEFAULT_MAX_PIXELS, type Raster, type ReadPhotoOptions } from './codec.ts'
import type { Photo } from './photo.ts'

/**
 * Reads a photo: JPEG, PNG, WebP, AVIF, GIF or TIFF.
 *
 * The result is upright (EXIF orientation applied) 8-bit sRGB. Grey, CMYK, 16-bit and colour-managed photos are
 * converted, transparent ones are laid over mid grey, of animated ones the first frame is taken.
 *
 * @param source path of a file, or its bytes
 * @throws XfmrError
 * `E_NOT_FOUND` no such file; `E_READ` a folder, or a file that may not be read;
 * `E_TOO_LARGE` more pixels than `maxPixels` (found out from the header alone);
 * `E_DECODE` not a photo, damaged, or cut short.
 */
export const readPhoto = async (
  source: string | Uint8Array,
  {
    maxPixels = DEFAULT_MAX_PIXELS,
    name = typeof source === 'string' ? source : undefined,
  }: ReadPhotoOptions = {},
): Promise<Photo> => {
  const label = name ?? 'The photo'
  const bytes = typeof source === 'string' ? await readBytes(source) : source
  if (bytes.length === 0) throw undecodable(label, 'it is empty (0 bytes)')
  const sharp = await loadSharp()
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: false })
  let pixels: { data: Uint8Array; info: OutputInfo }
  try {
    const { format, width, height } = await image.metadata()
    // A drawing has no pixels of its own, and may refer to other files.
    if (format === 'svg') throw undecodable(label, 'it is a drawing (SVG)')
    if (width * height > maxPixels) throw tooLarge(label, width, height, maxPixels)
    pixels = await image
      .autoOrient()
      .flatten({ background: { r: BACKDROP, g: BACKDROP, b: BACKDROP } })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  } catch (cause) {
    if (cause instanceof XfmrError) throw cause
    throw undecodable(label, reason(cause), cause)
  }
  const { info } = pixels
  // sharp hands out a Buffer, whose `slice` shares memory where that of every other typed array copies.
  const data = new Uint8Array(pixels.data.buffer, pixels.data.byteOffset, pixels.data.byteLength)
  return { width: info.width, height: info.height, data, ...(name === undefined ? {} : { name }) }
}

/** Lossless PNG. @returns the bytes of the file */
export const encodePng = async ({ width, height, data }: Raster): Promise<Uint8Array> => {
  const sharp = await loadSharp()
  const channels = data.length === width * height * 4 ? 4 : 3
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .png({ compressionLevel: 9 })
    .toBuffer()
}

/** JPEG, colour at full resolution. @param quality 1 to 100 */
export const encodeJpeg = async ({ width, height, data }: Photo, quality = 90): Promise<Uint8Array> => {
  const sharp = await loadSharp()
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

// --- internal ---

/** Loading sharp takes some 40 ms, which `--help` must not pay. */
const loadSharp = async (): Promise<SharpConstructor> => (await import('sharp')).default

const readBytes = async (path: string): Promise<Uint8Array> => {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new XfmrError('E_NOT_FOUND', `There is no file ${path}. Check the spelling.`, { cause })
    }
    if (code === 'EISDIR') {
      throw new XfmrError('E_READ', `${path} is a folder. Give a photo.`, { cause })
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new XfmrError('E_READ', `${path} may not be read by this user. Check its permissions.`, { cause })
    }
    throw new XfmrError('E_READ', `${path} can't be read: ${message}`, { cause })
  }
}

const undecodable = (label: string, why: string, cause?: unknown): XfmrError =>
  new XfmrError(
    'E_DECODE',
    `${label} can't be decoded: ${why}. Give a complete JPEG, PNG, WebP, AVIF, GIF or TIFF file.`,
    { cause },
  )

const tooLarge = (label: string, width: number, height: number, maxPixels: number): XfmrError =>
  new XfmrError(
    'E_TOO_LARGE',
    `${label} has ${width}x${height} pixels, more than the limit of ${Math.floor(maxPixels / 1e6)} million. ` +
      'Make it smaller, or raise the limit.',
    { details: { width, height, maxPixels } },
  )

const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!.replace(/\.$/, '')
