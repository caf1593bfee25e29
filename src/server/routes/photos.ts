import { type RouteConfig, z } from '@hono/zod-openapi'
import { XfmrError } from '../../errors.ts'
import { explainResult } from '../../report/explanation.ts'
import { compareResult } from '../../report/schema.ts'
import { detectResult, embedResult, maskResult } from '../../report/steps.ts'
import { jsonAnswer, jsonResponse, rowsOf, rowsResponse } from '../answers.ts'
import { type AddEndpoint, bodyOf } from '../endpoint.ts'
import {
  detectFields,
  explainFields,
  explainWishes,
  faceField,
  maskFields,
  maskOrder,
  verdictFields,
  wishedVerdict,
} from '../fields.ts'
import type { ServerParts } from '../parts.ts'
import type { PhotoFile } from '../photo-file.ts'
import type { MaskedImage, Results, TaskKind, TaskOf } from '../task.ts'
import { workOn } from '../work.ts'

/** Endpoints that keep nothing: photos come in, answers go out. */
export const photoRoutes = (add: AddEndpoint, parts: ServerParts): void => {
  const { batch } = parts.limits
  const work = workOn(parts)

  add({
    ...POST,
    path: '/v1/compare',
    summary: 'Say whether two photos show the same person, how often that is wrong, and why',
    body: bodyOf({ a: 'one', b: 'one' }, verdictFields, batch),
    answers: { 200: jsonAnswer(compareResult, 'The result of "xfmr compare --json"') },
    handle: async ({ body: { a, b, ...wishes }, signal }) =>
      jsonResponse(await work.one({ kind: 'compare', a, b, ...wishedVerdict(wishes) }, signal)),
  })
  add({
    ...POST,
    path: '/v1/compare/batch',
    summary: 'Compare several pairs of photos',
    description: BATCH,
    body: bodyOf({ photos: 'many' }, { ...verdictFields, pairs: pairsField(batch) }, batch),
    answers: { 200: jsonAnswer(rowsOf(compareResult), 'One row a pair') },
    handle: async ({ body: { photos, pairs, ...wishes }, signal }) => {
      const verdict = wishedVerdict(wishes)
      const tasks = pairs.map(([a, b]) => ({
        kind: 'compare' as const,
        a: copyOf(photos, a),
        b: copyOf(photos, b),
        ...verdict,
      }))
      return rowsResponse(await work.all(tasks, signal))
    },
  })

  add({
    ...POST,
    path: '/v1/explain',
    summary: 'Explain the score of two photos, by any method at any layer',
    description: 'Without b: what makes up the embedding of a itself.',
    body: bodyOf({ a: 'one', b: 'optional' }, explainFields, batch),
    answers: { 200: jsonAnswer(explainResult, 'The result of "xfmr explain --json"') },
    handle: async ({ body: { a, b, ...wishes }, signal }) =>
      jsonResponse(await work.one({ kind: 'explain', a, b, ...explainWishes(wishes) }, signal)),
  })

  /** A step for one photo, and the same for several. */
  const step = <K extends TaskKind & ('detect' | 'embed' | 'mask'), S extends z.ZodRawShape>({
    path,
    summary,
    batchSummary,
    fields,
    result,
    task,
    json,
    ...rest
  }: Step<K, S>): void => {
    add({
      ...POST,
      path,
      summary,
      ...(rest.description ? { description: rest.description } : {}),
      body: bodyOf({ photo: 'one' }, fields, batch),
      answers: { 200: rest.answer ?? jsonAnswer(result, 'The result for the photo') },
      handle: async ({ body, signal, headers }) => {
        const { photo, ...options } = body as { photo: PhotoFile } & Options<S>
        const found = await work.one(task(photo, options as never), signal)
        return rest.respond?.(found, headers) ?? jsonResponse(json(found))
      },
    })
    add({
      ...POST,
      path: `${path}/batch`,
      summary: batchSummary,
      description: BATCH,
      body: bodyOf({ photos: 'many' }, fields, batch),
      answers: { 200: jsonAnswer(rowsOf(result), 'One row a photo') },
      handle: async ({ body, signal }) => {
        const { photos, ...options } = body as { photos: PhotoFile[] } & Options<S>
        const found = await work.all(
          photos.map(photo => task(photo, options as never)),
          signal,
        )
        return rowsResponse(found.map(row => ('error' in row ? row : json(row))))
      },
    })
  }
  step({
    path: '/v1/detect',
    summary: 'Find the faces in a photo, with 68 landmarks each',
    batchSummary: 'Find the faces in several photos',
    fields: detectFields,
    result: detectResult,
    task: (photo, { threshold }) => ({ kind: 'detect', photo, threshold }),
    json: found => found,
  })
  step({
    path: '/v1/embed',
    summary: 'Turn a face into its embedding',
    batchSummary: 'Turn the faces of several photos into embeddings',
    fields: { face: faceField },
    result: embedResult,
    task: (photo, { face }) => ({ kind: 'embed', photo, face }),
    json: found => found,
  })
  step({
    path: '/v1/mask',
    summary: 'Put synthetic masks on the faces of a photo',
    batchSummary: 'Put synthetic masks on the faces of several photos',
    description:
      'The same seed, name of the photo and options give the same mask. With `Accept: image/*` the answer is the picture itself.',
    fields: maskFields,
    result: maskResult,
    task: (photo, options) => ({ kind: 'mask', photo, order: maskOrder(options) }),
    json: found => found.json,
    answer: {
      description: 'The picture with its masks',
      content: { 'application/json': { schema: maskResult }, 'image/*': { schema: picture } },
    },
    respond: (found, headers) => (wantsPicture(headers) ? pictureResponse(found) : undefined),
  })
}

// --- internal ---

const POST = { method: 'post', scope: 'read', tag: 'Photos', photos: 1 } as const

const BATCH = 'One row each, in order; what fails is a row with an error and stops nothing else.'

type Options<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>

type Step<K extends TaskKind, S extends z.ZodRawShape> = {
  path: string
  summary: string
  batchSummary: string
  description?: string
  fields: S
  result: z.ZodType
  task(photo: PhotoFile, options: Options<S>): TaskOf<K>
  /** The JSON in what a worker found. */
  json(found: Results[K]): Uint8Array<ArrayBuffer>
  answer?: RouteConfig['responses'][string]
  /** Another answer than the JSON, where one is wanted. */
  respond?(found: Results[K], headers: Headers): Response | undefined
}

const pairsField = (most: number) =>
  z
    .array(z.tuple([z.int().nonnegative(), z.int().nonnegative()]))
    .min(1)
    .max(most)
    .describe('Which photos to compare, by their numbers from 0')

/** A photo may be in several pairs, and the memory of each task's photos moves to a worker. */
const copyOf = (photos: readonly PhotoFile[], index: number): PhotoFile => {
  const photo = photos[index]
  if (!photo) throw new XfmrError('E_BAD_REQUEST', `There is no photo ${index}: photos are numbered from 0.`)
  return { ...photo, bytes: photo.bytes.slice() }
}

const picture = z.unknown().openapi({ type: 'string', format: 'binary' })

const wantsPicture = (headers: Headers): boolean => (headers.get('accept') ?? '').startsWith('image/')

const pictureResponse = ({ image, mediaType }: MaskedImage): Response =>
  new Response(image, { headers: { 'content-type': mediaType } })
