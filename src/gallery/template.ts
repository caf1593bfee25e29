import type { FaceChoice } from '../face/choose.ts'
import type { AlignedFace, Face } from '../face/face.ts'
import { apply } from '../image/affine.ts'
import type { ImageCodec } from '../image/codec.ts'
import type { Photo } from '../image/photo.ts'
import type { EmbeddedFace, Xfmr } from '../xfmr.ts'
import type { NewExample, Template } from './gallery.ts'

/** A face of a photo, ready to be enrolled or searched for. */
export type PhotoTemplate = Template & Pick<NewExample, 'thumbnail' | 'landmarks'>

/**
 * Finds one face in a photo and turns it into a template.
 * @param options.thumbnail With a codec the aligned face goes along, losslessly: explanations and embedding anew need it.
 * @throws XfmrError as `Xfmr.findFace` and `Xfmr.examine` do
 */
export const templateOf = async (
  xfmr: Pick<Xfmr, 'findFace' | 'examine'>,
  photo: Photo,
  {
    face,
    thumbnail,
  }: { face?: FaceChoice | undefined; thumbnail?: Pick<ImageCodec, 'encodePng'> | undefined } = {},
): Promise<PhotoTemplate> =>
  templateOfFace(await xfmr.examine(photo, await xfmr.findFace(photo, face)), {
    source: photo.name ?? null,
    thumbnail,
  })

/** The same for a face that was embedded already. */
export const templateOfFace = async (
  { face, aligned, embedding, mask }: EmbeddedFace,
  {
    source = null,
    thumbnail,
  }: { source?: string | null; thumbnail?: Pick<ImageCodec, 'encodePng'> | undefined } = {},
): Promise<PhotoTemplate> => ({
  vector: embedding.vector,
  pipeline: embedding.pipeline,
  norm: embedding.norm,
  unmasked: embedding.unmasked ?? false,
  mask: mask && { worn: mask.worn, probability: mask.probability, state: mask.state },
  source,
  ...(thumbnail
    ? { thumbnail: await thumbnail.encodePng(aligned), landmarks: alignedLandmarks(face, aligned) }
    : {}),
})

// --- internal ---

const alignedLandmarks = ({ landmarks }: Face, { transform }: AlignedFace): NewExample['landmarks'] =>
  landmarks.map(point => apply(transform, point))
