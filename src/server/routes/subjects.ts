import { z } from '@hono/zod-openapi'
import { XfmrError, type XfmrErrorCode } from '../../errors.ts'
import type { NewExample } from '../../gallery/gallery.ts'
import {
  auditEntry,
  enrolResult,
  exampleDetails,
  galleryStats,
  removal,
  subjectDetails,
  subjectList,
} from '../../gallery/schema.ts'
import { jsonAnswer } from '../answers.ts'
import { type AddEndpoint, bodyOf, jsonBody } from '../endpoint.ts'
import { faceField } from '../fields.ts'
import {
  actorOf,
  embeddingField,
  exampleParam,
  galleryOf,
  newName,
  newSubjectParam,
  numberText,
  subjectParam,
  templateFrom,
} from '../gallery-access.ts'
import type { ServerParts } from '../parts.ts'
import { MAX_NAME } from '../photo-file.ts'
import { workOn } from '../work.ts'

/** Endpoints about who is enrolled. */
export const subjectRoutes = (add: AddEndpoint, parts: ServerParts): void => {
  const { batch } = parts.limits
  const work = workOn(parts)
  const gallery = galleryOf(parts)
  const tag = 'Gallery'

  add({
    method: 'get',
    path: '/v1/subjects',
    scope: 'read',
    tag,
    summary: 'List who is enrolled, by name',
    query: z.strictObject({
      after: z
        .string()
        .max(MAX_NAME)
        .optional()
        .describe('Name after which to go on: `next` of the page before'),
      prefix: z.string().max(MAX_NAME).optional().describe('Only names that start with this'),
      limit: numberText(1, 10_000).optional().describe('At most this many (default 100)'),
    }),
    answers: { 200: jsonAnswer(subjectList, 'One page') },
    handle: async ({ query: { after, prefix, limit } }) =>
      Response.json(
        await gallery().subjects({
          ...(after === undefined ? {} : { after }),
          ...(prefix === undefined ? {} : { prefix }),
          ...(limit === undefined ? {} : { limit }),
        }),
      ),
  })
  add({
    method: 'get',
    path: '/v1/subjects/{subject}',
    scope: 'read',
    tag,
    summary: 'Somebody with all enrolled faces',
    params: subjectParam,
    answers: { 200: jsonAnswer(subjectDetails, 'The subject') },
    handle: async ({ params }) => Response.json(await gallery().subject(params.subject)),
  })
  add({
    method: 'patch',
    path: '/v1/subjects/{subject}',
    scope: 'admin',
    tag,
    summary: 'Rename somebody',
    params: subjectParam,
    body: jsonBody({ name: newName }),
    answers: { 200: jsonAnswer(subjectDetails, 'The subject under the new name') },
    handle: async ({ params, body, key }) => {
      await gallery().rename(params.subject, body.name, actorOf(key))
      return Response.json(await gallery().subject(body.name))
    },
  })
  add({
    method: 'delete',
    path: '/v1/subjects/{subject}',
    scope: 'admin',
    tag,
    summary: 'Remove somebody with all enrolled faces',
    params: subjectParam,
    answers: { 200: jsonAnswer(removal, 'What was removed') },
    handle: async ({ params, key }) =>
      Response.json(await gallery().removeSubject(params.subject, actorOf(key))),
  })
  add({
    method: 'post',
    path: '/v1/subjects/{subject}/examples',
    scope: 'enrol',
    tag,
    summary: 'Enrol faces out of photos',
    description:
      'Makes the subject where it is missing. The same face twice is kept once. Photos that fail are listed and stop nothing else; when all fail the answer is the first error.',
    photos: 1,
    params: newSubjectParam,
    body: bodyOf(
      { photos: 'many' },
      {
        face: faceField,
        thumbnail: z
          .boolean()
          .optional()
          .describe(
            'Store the aligned face as well: needed to explain matches and to embed anew (default false)',
          ),
      },
      batch,
    ),
    answers: { 200: jsonAnswer(enrolResult, 'What became of each photo') },
    handle: async ({ params: { subject }, body: { photos, face, thumbnail = false }, signal, key }) => {
      const open = gallery()
      const sources = photos.map(({ name }) => name)
      const tasks = photos.map(photo => ({ kind: 'template' as const, photo, face, thumbnail }))
      const found = await work.all(tasks, signal)
      const examples: NewExample[] = []
      const failed: z.infer<typeof enrolResult>['failed'] = []
      for (const [index, result] of found.entries()) {
        if ('error' in result) failed.push({ source: sources[index]!, subject, error: result.error })
        else examples.push({ subject, ...result })
      }
      if (examples.length === 0) {
        const [first] = failed
        throw new XfmrError(first!.error.code as XfmrErrorCode, first!.error.message)
      }
      const enrolled = await open.enrol(examples, actorOf(key))
      return Response.json({
        pipeline: parts.about.pipeline,
        enrolled: enrolled.map((row, index) => ({ ...row, source: examples[index]!.source ?? null })),
        failed,
      })
    },
  })
  add({
    method: 'post',
    path: '/v1/subjects/{subject}/embeddings',
    scope: 'enrol',
    tag,
    summary: 'Enrol faces that were embedded elsewhere',
    params: newSubjectParam,
    body: jsonBody({ embeddings: z.array(embeddingField).min(1).max(1000) }),
    answers: { 200: jsonAnswer(enrolResult, 'What became of each') },
    handle: async ({ params: { subject }, body: { embeddings }, key }) => {
      const enrolled = await gallery().enrol(
        embeddings.map(row => ({ subject, ...templateFrom(row) })),
        actorOf(key),
      )
      return Response.json({
        pipeline: embeddings[0]!.pipeline,
        enrolled: enrolled.map((row, index) => ({ ...row, source: embeddings[index]!.source ?? null })),
        failed: [],
      })
    },
  })
  add({
    method: 'get',
    path: '/v1/examples/{id}',
    scope: 'read',
    tag,
    summary: 'An enrolled face, without its embedding',
    params: exampleParam,
    answers: { 200: jsonAnswer(exampleDetails, 'The face') },
    handle: async ({ params }) => {
      const { vector: _, norm: _norm, png: _png, ...details } = await gallery().example(params.id)
      return Response.json(details)
    },
  })
  add({
    method: 'get',
    path: '/v1/examples/{id}/thumbnail',
    scope: 'read',
    tag,
    summary: 'The aligned face, where it is stored',
    params: exampleParam,
    answers: { 200: { description: 'PNG, 112 x 112', content: { 'image/png': { schema: picture } } } },
    handle: async ({ params }) => {
      const { png } = await gallery().example(params.id)
      if (!png) throw new XfmrError('E_UNKNOWN_EXAMPLE', 'Of this face no picture is stored.')
      return new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png' } })
    },
  })
  add({
    method: 'delete',
    path: '/v1/examples/{id}',
    scope: 'admin',
    tag,
    summary: 'Remove an enrolled face, and its subject with the last one',
    params: exampleParam,
    answers: { 200: jsonAnswer(removal, 'What was removed') },
    handle: async ({ params, key }) => Response.json(await gallery().removeExample(params.id, actorOf(key))),
  })
  add({
    method: 'get',
    path: '/v1/gallery',
    scope: 'read',
    tag,
    summary: 'Counts of subjects, faces and storage',
    answers: { 200: jsonAnswer(galleryStats.omit({ location: true }), 'The counts') },
    handle: async () => {
      const { location: _, ...stats } = await gallery().stats()
      return Response.json(stats)
    },
  })
  add({
    method: 'get',
    path: '/v1/audit',
    scope: 'admin',
    tag,
    summary: 'Who enrolled, searched and removed what, newest first',
    query: z.strictObject({
      limit: numberText(1, 10_000).optional().describe('At most this many (default 100)'),
    }),
    answers: { 200: jsonAnswer(z.object({ entries: z.array(auditEntry) }), 'Entries of the audit log') },
    handle: async ({ query: { limit } }) =>
      Response.json({ entries: await gallery().audit(limit === undefined ? {} : { limit }) }),
  })
}

// --- internal ---

const picture = z.unknown().openapi({ type: 'string', format: 'binary' })
