import type { Photo } from '../../../src/image/photo.ts'
import type { CallName, Calls } from './protocol.ts'

/** A photo as the page can draw it. */
export const toBitmap = ({ width, height, data }: Photo): Promise<ImageBitmap> => {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let p = 0, q = 0; p < data.length; p += 3, q += 4) {
    rgba[q] = data[p]!
    rgba[q + 1] = data[p + 1]!
    rgba[q + 2] = data[p + 2]!
    rgba[q + 3] = 255
  }
  return createImageBitmap(new ImageData(rgba, width, height))
}

/** The pixels of a picture, which is closed. */
export const toPhoto = (picture: ImageBitmap): Photo => {
  const { width, height } = picture
  if (!surface || surface.canvas.width !== width || surface.canvas.height !== height) {
    surface = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  }
  surface.drawImage(picture, 0, 0)
  picture.close()
  const rgba = surface.getImageData(0, 0, width, height).data
  const data = new Uint8Array(width * height * 3)
  for (let p = 0, q = 0; p < data.length; p += 3, q += 4) {
    data[p] = rgba[q]!
    data[p + 1] = rgba[q + 1]!
    data[p + 2] = rgba[q + 2]!
  }
  return { width, height, data }
}

/** Everything in a reply that is handed over rather than copied: pictures, and the pixels of a photo that another worker asked for. */
export const handedOver = (gives: Calls[CallName]['gives']): Transferable[] =>
  gives && 'photo' in gives ? [gives.preview, gives.photo.data.buffer as ArrayBuffer] : bitmapsIn(gives)

// --- internal ---

/** Kept from one picture of the camera to the next. */
let surface: OffscreenCanvasRenderingContext2D | undefined

const bitmapsIn = (value: unknown): ImageBitmap[] => {
  if (value instanceof ImageBitmap) return [value]
  if (Array.isArray(value) && value.some(item => item instanceof ImageBitmap)) return value.flatMap(bitmapsIn)
  if (typeof value !== 'object' || value === null || value instanceof Blob) return []
  return Object.values(value).flatMap(item =>
    item instanceof ImageBitmap || (Array.isArray(item) && item[0] instanceof ImageBitmap)
      ? bitmapsIn(item)
      : [],
  )
}
