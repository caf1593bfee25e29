import { XfmrError } from '../../errors.ts'
import type { FaceChoice } from '../../face/choose.ts'
import { subjectName } from '../../gallery/names.ts'
import { enrolPrepared, pipelineFor, prepare } from '../../gallery/node/enrol.ts'
import { templateOf } from '../../gallery/template.ts'
import { encodePng, readPhoto } from '../../image/node.ts'
import type { MaskSettings } from '../../masking/node/mask-file.ts'
import { type OpenOptions, openXfmr } from '../../node.ts'
import type { Xfmr } from '../../xfmr.ts'
import type { BatchSettings } from '../schema.ts'
import type { Handler, Handlers } from './queue.ts'

/** Settings of `enrol` and `embed`. */
export type FaceSettings = {
  readonly network: Pick<
    OpenOptions,
    'counterpartModel' | 'flip' | 'maskLandmarks' | 'recogniser' | 'unmask' | 'unmaskModel'
  >
  readonly face?: FaceChoice
  readonly thumbnails?: boolean
}

/** What workers do. Models are loaded once for each way of embedding. @param open replaces `openXfmr` */
export const photoHandlers = (open: (options: OpenOptions) => Promise<Xfmr> = openXfmr): Handlers => {
  const opened = new Map<string, Promise<Xfmr>>()
  const xfmrFor = ({ network }: FaceSettings): Promise<Xfmr> => {
    const key = JSON.stringify(network)
    const xfmr = opened.get(key) ?? open(network)
    opened.set(key, xfmr)
    return xfmr
  }
  return (kind, { context, pipelines }): Handler => {
    if (kind === 'mask') return maskHandler
    return async ({ photo: path, subject }, settings) => {
      const { face, thumbnails = false } = faceSettings(settings)
      const xfmr = await xfmrFor(faceSettings(settings))
      const photo = await readPhoto(path)
      if (kind === 'embed') {
        const { embedding, face: used } = await xfmr.examine(photo, await xfmr.findFace(photo, face), {
          mask: false,
        })
        const { vector, norm, unmasked = false } = embedding
        const line = {
          photo: path,
          face: used,
          pipeline: xfmr.pipeline,
          unmasked,
          norm,
          embedding: Array.from(vector),
        }
        return { result: line }
      }
      const name = subjectName(subject)
      const template = await templateOf(xfmr, photo, {
        face,
        thumbnail: thumbnails ? { encodePng } : undefined,
      })
      const wishes = { actor: context.actor, action: 'enrol' } as const
      const pipeline = await pipelineFor(pipelines, template.pipeline, template.vector, wishes)
      const prepared = prepare(context, { ...template, subject: name, source: path }, name, pipeline)
      return {
        result: { subject: name },
        write: async tx => void (await enrolPrepared(tx, context, [prepared], wishes)),
      }
    }
  }
}

// --- internal ---

const faceSettings = (settings: BatchSettings): FaceSettings => settings as unknown as FaceSettings

/** The masked photo has the same bytes whoever makes it, and gets its name when it is whole: twice is as good as once. */
const maskHandler: Handler = async ({ photo, name }, settings) => {
  const [{ maskFile }, { faceSources }, { modelStore }] = await Promise.all([
    import('../../masking/node/mask-file.ts'),
    import('../../masking/node/sources.ts'),
    import('../../models/node.ts'),
  ])
  sources ??= faceSources(modelStore())
  const row = await maskFile(
    { input: photo, name: String(name) },
    settings as unknown as MaskSettings,
    sources,
  )
  if ('error' in row && row.error) throw new XfmrError(row.error.code, row.error.message)
  return { result: row }
}

let sources: ReturnType<typeof import('../../masking/node/sources.ts').faceSources> | undefined
