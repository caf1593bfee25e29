/** Image functions for the test page: the same calls that the test makes in Node. */
import type { Affine } from '../../src/image/affine.ts'
import { letterbox } from '../../src/image/letterbox.ts'
import { resize } from '../../src/image/resize.ts'
import { warp } from '../../src/image/warp.ts'
import { encodeJpeg, encodePng, readPhoto } from '../../src/image/web.ts'

export type Read = { width: number; height: number; data: number[] } | { code: string }

declare global {
  interface Window {
    /** Decodes a file given as bytes. */
    read(bytes: number[], maxPixels?: number): Promise<Read>
    /** Encodes what it decodes, and decodes that. */
    readAgain(bytes: number[], format: 'png' | 'jpeg'): Promise<Read>
    /** Everything that must give the same numbers everywhere. */
    resample(
      bytes: number[],
      transform: Affine,
    ): Promise<{ warped: number[]; resized: number[]; boxed: number[] }>
  }
}

window.read = async (bytes, maxPixels) => {
  try {
    const options = maxPixels === undefined ? {} : { maxPixels }
    const { width, height, data } = await readPhoto(new Blob([Uint8Array.from(bytes)]), options)
    return { width, height, data: [...data] }
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) }
  }
}

window.readAgain = async (bytes, format) => {
  const photo = await readPhoto(Uint8Array.from(bytes))
  const encoded = format === 'png' ? await encodePng(photo) : await encodeJpeg(photo, 95)
  return window.read([...encoded])
}

window.resample = async (bytes, transform) => {
  const photo = await readPhoto(Uint8Array.from(bytes).buffer)
  return {
    warped: [...warp(photo, transform, 112, 112).data],
    resized: [...resize(photo, 50, 70).data],
    boxed: [...letterbox(photo, 32, 24).data],
  }
}
