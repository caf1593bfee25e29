import { z } from '@hono/zod-openapi'
import packageJson from '../../../package.json' with { type: 'json' }
import { METHODS } from '../../explanation/methods.ts'
import { compareResult } from '../../report/schema.ts'
import { jsonAnswer } from '../answers.ts'
import type { AddEndpoint } from '../endpoint.ts'
import type { ServerParts } from '../parts.ts'

/** What a client may want to know before it sends anything. */
export const infoRoutes = (add: AddEndpoint, { about, limits, gallery }: ServerParts): void => {
  const info: z.infer<typeof infoResult> = {
    version: packageJson.version,
    ...about,
    gallery: gallery !== undefined,
    methods: Object.entries(METHODS).map(([id, { label, family, about: says }]) => ({
      id,
      label,
      family,
      about: says,
    })),
    limits: { body: limits.body, pixels: limits.pixels, batch: limits.batch },
  }
  add({
    method: 'get',
    path: '/v1/info',
    scope: 'read',
    tag: 'Server',
    summary: 'The pipeline and its models, the methods of explanation, and the limits of a request',
    answers: { 200: jsonAnswer(infoResult, 'What the server works with') },
    handle: async () => Response.json(info),
  })
}

// --- internal ---

const infoResult = z.object({
  version: z.string(),
  pipeline: z.string().describe('Id that embeddings carry; only equal ids can be compared'),
  unmask: z.enum(['auto', 'always', 'never']).describe('Which faces go through the correction for masks'),
  models: compareResult.shape.models,
  gallery: z.boolean().describe('Whether subjects can be enrolled and searched'),
  methods: z.array(z.object({ id: z.string(), label: z.string(), family: z.string(), about: z.string() })),
  limits: z.object({
    body: z.number().describe('Bytes of a request'),
    pixels: z.number().describe('Pixels of a photo'),
    batch: z.number().describe('Photos of a request'),
  }),
})
