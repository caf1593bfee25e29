import type { OpenAPIHono } from '@hono/zod-openapi'
import packageJson from '../../package.json' with { type: 'json' }
import type { Env } from './parts.ts'

/** The description of the interface, OpenAPI 3.1. */
export const openApi = (app: OpenAPIHono<Env>) => {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, as "xfmr keys add" makes it. Not needed on a server that only this machine can reach.',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'xfmr',
      version: packageJson.version,
      description:
        'Explainable face mask recognition. Photos come as files of a form or in base64; nothing is fetched from anywhere. ' +
        'Answers have the same JSON as the command line. Every error has a stable code.',
      license: { name: 'MIT' },
    },
    tags: [
      { name: 'Photos', description: 'Compare, detect, embed, mask, explain' },
      { name: 'Gallery', description: 'People who are enrolled, and searching for them' },
      { name: 'Server', description: 'What the server works with' },
    ],
  })
}
