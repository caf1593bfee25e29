import type { Photo } from './photo.ts'

/** Pixels to be written to a file: rows top to bottom, 3 (RGB) or 4 (RGBA) interleaved 8-bit channels. */
export type Raster = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export type ReadPhotoOptions = {
  /** Photos with more pixels are refused before they are decoded. Default {@link DEFAULT_MAX_PIXELS}. */
  maxPixels?: number
  /** Name of the photo for messages and reports. Default: the file's path, if there is one. */
  name?: string
}

/** 120 megapixels: above the largest common phone photo (108), below what exhausts memory. */
export const DEFAULT_MAX_PIXELS = 120_000_000

/**
 * Transparent parts of a photo are laid over this grey, which is also what surrounds a photo in the detector's frame:
 * it makes no edge that could be mistaken for a face.
 */
export const BACKDROP = 127

/**
 * Writes pictures. `image/node.ts` and `image/web.ts` both have these functions, so that
 * `import * as codec from ...` of either is a codec.
 */
export type ImageCodec = {
  /** Lossless PNG; the same pixels give the same bytes on one machine. */
  encodePng(raster: Raster): Promise<Uint8Array>
  /** JPEG without transparency. @param quality 1 to 100, default 90 */
  encodeJpeg(raster: Photo, quality?: number): Promise<Uint8Array>
}
