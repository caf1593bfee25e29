import { XfmrError } from '../errors.ts'
import { BACKDROP, DEFAULT_MAX_PIXELS, type Raster, type ReadPhotoOptions } from './codec.ts'
import type { Photo } from './photo.ts'

/** A photo that a browser has decoded: upright, in sRGB, over mid grey. */
export type DecodedPhoto = {
  readonly name: string | undefined
  readonly canvas: OffscreenCanvas
  /** The pixels, for everything that computes. */
  read(): Photo
}

/**
 * Decodes a photo in a browser, in whatever formats it knows, on a thread of the browser's own. Upright (EXIF orientation applied)
 * 8-bit sRGB; transparent photos are laid over mid grey, of animated ones the first frame is taken.
 *
 * @throws XfmrError `E_DECODE` not a photo, or damaged; `E_TOO_LARGE` more pixels than `maxPixels`
 */
export const decodePhoto = async (
  source: Blob | ArrayBuffer | Uint8Array,
  {
    maxPixels = DEFAULT_MAX_PIXELS,
    name = source instanceof File ? source.name : undefined,
  }: ReadPhotoOptions = {},
): Promise<DecodedPhoto> => {
  const label = name ?? 'The photo'
  const blob = source instanceof Blob ? source : new Blob([source as BlobPart])
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' })
  } catch (cause) {
    throw undecodable(label, cause)
  }
  const { width, height } = bitmap
  try {
    if (width * height > maxPixels) {
      throw new XfmrError(
        'E_TOO_LARGE',
        `${label} has ${width}x${height} pixels, more than the limit of ${maxPixels / 1e6} million. ` +
          'Make it smaller, or raise the limit.',
        { details: { width, height, maxPixels } },
      )
    }
    const context = contextOf(width, height)
    context.fillStyle = `rgb(${BACKDROP} ${BACKDROP} ${BACKDROP})`
    context.fillRect(0, 0, width, height)
    context.drawImage(bitmap, 0, 0)
    const read = (): Photo => {
      const data = withoutAlpha(context.getImageData(0, 0, width, height).data)
      return { width, height, data, ...(name === undefined ? {} : { name }) }
    }
    return { name, canvas: context.canvas, read }
  } finally {
    bitmap.close()
  }
}

/** Reads a photo in a browser: the pixels of {@link decodePhoto}, which see. */
export const readPhoto = async (
  source: Blob | ArrayBuffer | Uint8Array,
  options: ReadPhotoOptions = {},
): Promise<Photo> => (await decodePhoto(source, options)).read()

/** Lossless PNG. @returns the bytes of the file */
export const encodePng = (raster: Raster): Promise<Uint8Array> => encode(raster, { type: 'image/png' })

/** JPEG. @param quality 1 to 100 */
export const encodeJpeg = (photo: Photo, quality = 90): Promise<Uint8Array> =>
  encode(photo, { type: 'image/jpeg', quality: quality / 100 })

// --- internal ---

const contextOf = (width: number, height: number): OffscreenCanvasRenderingContext2D => {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  })
  if (!context) throw new XfmrError('E_RUNTIME', `This browser gives no canvas of ${width}x${height} pixels.`)
  return context
}

const encode = async ({ width, height, data }: Raster, options: ImageEncodeOptions): Promise<Uint8Array> => {
  const pixels = data.length === width * height * 4 ? new Uint8ClampedArray(data) : withAlpha(data)
  const context = contextOf(width, height)
  context.putImageData(new ImageData(pixels, width, height), 0, 0)
  const blob = await context.canvas.convertToBlob(options)
  return new Uint8Array(await blob.arrayBuffer())
}

const withoutAlpha = (rgba: Uint8ClampedArray): Uint8Array => {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let p = 0, q = 0; p < rgb.length; p += 3, q += 4) {
    rgb[p] = rgba[q]!
    rgb[p + 1] = rgba[q + 1]!
    rgb[p + 2] = rgba[q + 2]!
  }
  return rgb
}

const withAlpha = (rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> => {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4)
  for (let p = 0, q = 0; p < rgb.length; p += 3, q += 4) {
    rgba[q] = rgb[p]!
    rgba[q + 1] = rgb[p + 1]!
    rgba[q + 2] = rgb[p + 2]!
    rgba[q + 3] = 255
  }
  return rgba
}

const undecodable = (label: string, cause: unknown): XfmrError =>
  new XfmrError(
    'E_DECODE',
    `${label} can't be decoded by this browser. Give a complete JPEG, PNG, WebP, AVIF or GIF file.`,
    { cause },
  )
