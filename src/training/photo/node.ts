import type { Photo } from '../../image/photo.ts'

/**
 * Encodes a photo as JPEG, with half the colour resolution as cameras do, and decodes it again.
 * @param quality 1 to 100
 */
export const jpegRoundTrip = async (photo: Photo, quality: number): Promise<Photo> => {
  const { default: sharp } = await import('sharp')
  const { width, height } = photo
  const bytes = await sharp(photo.data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer()
  const { buffer, byteOffset, byteLength } = await sharp(bytes).raw({ depth: 'uchar' }).toBuffer()
  return { ...photo, data: new Uint8Array(buffer, byteOffset, byteLength) }
}
