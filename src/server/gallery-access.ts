import { z } from '@hono/zod-openapi'
import { XfmrError } from '../errors.ts'
import type { By, Gallery, Template } from '../gallery/gallery.ts'
import { exportLine } from '../gallery/schema.ts'
import type { StoredKey } from './keys.ts'
import type { ServerParts } from './parts.ts'
import { MAX_NAME, nameProblem } from './photo-file.ts'

/** The gallery of a server. @throws XfmrError `E_NOT_FOUND` where it was started without one */
export const galleryOf =
  ({ gallery }: Pick<ServerParts, 'gallery'>): (() => Gallery) =>
  () => {
    if (gallery) return gallery
    throw new XfmrError('E_NOT_FOUND', 'This server has no gallery. Start it with "xfmr serve --db PLACE".')
  }

/** How the audit log names a caller. */
export const actorOf = (key: StoredKey | undefined): By => ({
  actor: key ? `key ${key.id}` : 'server without keys',
})

/** A whole number in a query. */
export const numberText = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: 'integer', minimum: min, maximum: max })

/** The name of somebody who is looked for. What a name can be is for the gallery to say. */
export const subjectParam = z.object({
  subject: z
    .string()
    .max(10 * MAX_NAME)
    .describe('Name of the subject'),
})

/** The name of somebody new: names end up in files of those who use them, so that they are no paths. */
export const newName = z.string().superRefine((name, context) => {
  const problem = nameProblem(name)
  if (problem) context.addIssue({ code: 'custom', message: problem })
})

export const newSubjectParam = z.object({ subject: newName.describe('Name of the subject') })

export const exampleParam = z.object({ id: z.uuid().describe('Id of the enrolled face') })

/** A face that was embedded elsewhere. */
export const embeddingField = z.strictObject({
  embedding: z.array(z.number()).min(2).max(8192).describe('As long as those of the pipeline'),
  pipeline: z.string().min(1).max(1000).describe('Id of everything that made it, as results carry it'),
  norm: exportLine.shape.norm,
  unmasked: exportLine.shape.unmasked,
  mask: exportLine.shape.mask,
  source: z.string().max(MAX_NAME).nullable().optional().describe('What the photo is called'),
})

export const templateFrom = ({ embedding, pipeline, ...rest }: z.infer<typeof embeddingField>): Template => ({
  vector: Float32Array.from(embedding),
  pipeline,
  ...(rest.norm === undefined ? {} : { norm: rest.norm }),
  ...(rest.unmasked === undefined ? {} : { unmasked: rest.unmasked }),
  ...(rest.mask === undefined ? {} : { mask: rest.mask }),
  ...(rest.source === undefined ? {} : { source: rest.source }),
})
