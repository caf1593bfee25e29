import { z } from '@hono/zod-openapi'
import type { SearchOptions, StoredExample } from '../../gallery/gallery.ts'
import { searchResult } from '../../gallery/schema.ts'
import { compareResult } from '../../report/schema.ts'
import { jsonAnswer, rowsOf } from '../answers.ts'
import { type AddEndpoint, bodyOf, jsonBody } from '../endpoint.ts'
import { faceField } from '../fields.ts'
import { actorOf, embeddingField, galleryOf, templateFrom } from '../gallery-access.ts'
import type { StoredKey } from '../keys.ts'
import type { ServerParts } from '../parts.ts'
import { workOn } from '../work.ts'

/** Endpoints that look for somebody among those who are enrolled. */
export const searchRoutes = (add: AddEndpoint, parts: ServerParts): void => {
  const { batch } = parts.limits
  const work = workOn(parts)
  const gallery = galleryOf(parts)
  const common = { method: 'post', scope: 'read', tag: 'Gallery' } as const

  add({
    ...common,
    path: '/v1/search',
    summary: 'Find out who is on a photo: the most alike subjects, each with the stored face that matched',
    photos: 1,
    body: bodyOf({ photo: 'one' }, { face: faceField, ...searchFields, explain: explainField }, batch),
    answers: { 200: jsonAnswer(explainedResult, 'The result of "xfmr gallery search --json"') },
    handle: async ({ body: { photo, face, explain = false, ...wishes }, signal, key }) => {
      const open = gallery()
      // The memory of a task's photo moves to the worker.
      const kept = explain ? { ...photo, bytes: photo.bytes.slice() } : photo
      const probe = await work.one({ kind: 'template', photo, face, thumbnail: false }, signal)
      const [result] = await open.search([probe], searchOptions(wishes, key))
      const best = result!.candidates[0]
      if (!explain || !best) return Response.json(result)
      const example = ownMemory(await open.example(best.example.id))
      const threshold = result!.threshold?.value
      const explanation = await work.one({ kind: 'match', photo: kept, face, example, threshold }, signal)
      return Response.json({ ...result, explanation })
    },
  })
  add({
    ...common,
    path: '/v1/search/batch',
    summary: 'Find out who is on each of several photos',
    photos: 1,
    body: bodyOf({ photos: 'many' }, { face: faceField, ...searchFields }, batch),
    answers: { 200: jsonAnswer(rowsOf(searchResult), 'One row a photo') },
    handle: async ({ body: { photos, face, ...wishes }, signal, key }) => {
      const open = gallery()
      const tasks = photos.map(photo => ({ kind: 'template' as const, photo, face, thumbnail: false }))
      const probes = await work.all(tasks, signal)
      const found = await open.search(
        probes.flatMap(probe => ('error' in probe ? [] : [probe])),
        searchOptions(wishes, key),
      )
      let next = 0
      return Response.json({ results: probes.map(probe => ('error' in probe ? probe : found[next++])) })
    },
  })
  add({
    ...common,
    path: '/v1/search/embeddings',
    summary: 'Find out whose embeddings these are: faces that were embedded elsewhere',
    body: jsonBody({ embeddings: z.array(embeddingField).min(1).max(1000), ...searchFields }),
    answers: { 200: jsonAnswer(z.object({ results: z.array(searchResult) }), 'One row each') },
    handle: async ({ body: { embeddings, ...wishes }, key }) =>
      Response.json({
        results: await gallery().search(embeddings.map(templateFrom), searchOptions(wishes, key)),
      }),
  })
}

// --- internal ---

const searchFields = {
  top: z.int().min(1).max(1000).optional().describe('How many subjects at most (default 5)'),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe('Similarity from which a candidate is a match (default: what fpir gives)'),
  fpir: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Share of people who are not enrolled that may be taken for somebody (default 0.01)'),
  exact: z.boolean().optional().describe('Compare with every face, also where there is an index'),
}

const explainField = z
  .boolean()
  .optional()
  .describe(
    'Explain the best candidate against its stored face, which must have been enrolled with its thumbnail',
  )

const explainedResult = searchResult.extend({
  explanation: compareResult
    .optional()
    .describe(
      'Why the best candidate matched, where that was asked for: face A is the probe, face B the stored one',
    ),
})

/** Bytes out of a database may be views into larger memory, all of which would be copied to the worker. */
const ownMemory = (example: StoredExample): StoredExample => ({
  ...example,
  vector: example.vector.slice(),
  png: example.png && new Uint8Array(example.png),
})

const searchOptions = (
  { top, threshold, fpir, exact }: z.output<z.ZodObject<typeof searchFields>>,
  key: StoredKey | undefined,
): SearchOptions => ({
  ...actorOf(key),
  ...(top === undefined ? {} : { top }),
  ...(threshold === undefined ? {} : { threshold }),
  ...(fpir === undefined ? {} : { fpir }),
  ...(exact === undefined ? {} : { exact }),
})
