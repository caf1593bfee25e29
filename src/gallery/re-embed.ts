import type { Photo } from '../image/photo.ts'
import type { Xfmr } from '../xfmr.ts'
import type { Gallery } from './gallery.ts'

export type ReEmbedded = {
  readonly embedded: number
  /** Faces that keep their embedding, each with the reason. */
  readonly left: readonly { readonly id: string; readonly subject: string; readonly reason: string }[]
}

/**
 * Brings all faces of a gallery to the pipeline of `xfmr`, from their stored pictures, one by one: an interruption loses nothing, and
 * another call goes on. Only where detector, landmarks and alignment stay the same: a picture was aligned by the old ones.
 * @param decode Reads a PNG file, as `readPhoto` does.
 */
export const reEmbed = async (
  gallery: Gallery,
  xfmr: Pick<Xfmr, 'pipeline' | 'embed'>,
  decode: (png: Uint8Array) => Promise<Photo>,
  onProgress: (done: number) => void = () => {},
): Promise<ReEmbedded> => {
  const left: ReEmbedded['left'][number][] = []
  let embedded = 0
  let done = 0
  for await (const { id, subject, pipeline, thumbnail } of facesOf(gallery)) {
    onProgress(++done)
    if (pipeline === xfmr.pipeline) continue
    if (!thumbnail) {
      left.push({ id, subject, reason: 'stored without its picture: enrol the photo again' })
      continue
    }
    if (alignmentOf(pipeline) !== alignmentOf(xfmr.pipeline)) {
      left.push({ id, subject, reason: 'aligned in another way: enrol the photo again' })
      continue
    }
    const { png } = await gallery.example(id)
    const [embedding] = await xfmr.embed([{ ...(await decode(png!)), transform: [1, 0, 0, 0, 1, 0] }])
    const { vector, norm, unmasked = false } = embedding!
    await gallery.reEmbedExample(id, { vector, norm, unmasked, pipeline: xfmr.pipeline })
    embedded++
  }
  return { embedded, left }
}

// --- internal ---

async function* facesOf(gallery: Gallery) {
  let after: string | null = null
  do {
    const page = await gallery.subjects({ limit: 1000, ...(after === null ? {} : { after }) })
    for (const { name } of page.subjects) yield* (await gallery.subject(name)).faces
    after = page.next
  } while (after !== null)
}

/** Detector, landmarks and alignment: the beginning of a pipeline id. */
const alignmentOf = (pipeline: string): string => pipeline.split('/').slice(0, 3).join('/')
