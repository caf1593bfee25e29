import { errorToJson } from '../errors.ts'
import type { MaskedFaces } from '../masking/node/mask-file.ts'
import type { MaskedFace, MaskResult } from '../report/steps.ts'

/** A photo with masks on, in its JSON form. @param image The picture as a file. */
export const toMaskResult = (
  photo: string,
  { rows, refused }: Pick<MaskedFaces, 'rows' | 'refused'>,
  image: Uint8Array,
): MaskResult => ({
  photo,
  status: refused.length > 0 ? 'partly' : 'masked',
  faces: rows.map(row => ({ ...row, landmarks: row.landmarks.map(([x, y]) => [x, y]) }) as MaskedFace),
  ...(refused.length > 0 ? { refused: refused.map(errorToJson) } : {}),
  mediaType: mediaTypeOf(image),
  image: Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString('base64'),
})

// --- internal ---

/** By the first bytes of the formats that are written. */
const mediaTypeOf = (image: Uint8Array): string => {
  const start = Buffer.from(image.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\xff\xd8')) return 'image/jpeg'
  if (start.startsWith('RIFF')) return 'image/webp'
  if (start.slice(4, 8) === 'ftyp') return 'image/avif'
  if (start.startsWith('GIF8')) return 'image/gif'
  if (/^(II|MM)/.test(start)) return 'image/tiff'
  return 'image/png'
}
