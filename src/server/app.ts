import { randomUUID } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { errorToJson } from '../errors.ts'
import { endpoints } from './endpoint.ts'
import { errorResponse, notFound } from './failure.ts'
import { checkAddress, checkKey, checkOrigin } from './guard.ts'
import { openApi } from './open-api.ts'
import type { Env, ServerParts } from './parts.ts'
import { infoRoutes } from './routes/info.ts'
import { photoRoutes } from './routes/photos.ts'
import { searchRoutes } from './routes/search.ts'
import { subjectRoutes } from './routes/subjects.ts'
import { statusOf } from './statuses.ts'

/** The server as a function from requests to answers. It listens to nothing; `listen` does. */
export const createApp = (parts: ServerParts): OpenAPIHono<Env> => {
  const { access, metrics, log, pages } = parts
  const app = new OpenAPIHono<Env>()

  app.use(async (c, next) => {
    const start = performance.now()
    c.set('requestId', requestIdOf(c.req.raw.headers))
    c.set('route', 'other')
    await next()
    c.res.headers.set('x-request-id', c.get('requestId'))
    for (const [name, value] of Object.entries(HEADERS))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value)
    const ms = performance.now() - start
    const { status } = c.res
    const { method } = c.req
    const [route, key, code] = [c.get('route'), c.get('key'), c.get('code')]
    metrics.request({ route, method, status }, ms / 1000)
    if (code) metrics.error(code)
    if (route.startsWith('/v1/'))
      log.info(
        { requestId: c.get('requestId'), method, route, status, ms: Math.round(ms), key, code },
        'request',
      )
  })
  app.use(async (c, next) => {
    checkAddress(c.req.raw.url)
    checkOrigin(c.req.raw.headers, access)
    await next()
  })

  const add = endpoints(app, parts)
  photoRoutes(add, parts)
  subjectRoutes(add, parts)
  searchRoutes(add, parts)
  infoRoutes(add, parts)

  app.get('/healthz', c => c.json({ status: 'ok' }))
  app.get('/readyz', c =>
    parts.isReady() ? c.json({ status: 'ready' }) : c.json({ status: 'not ready' }, 503),
  )
  app.get('/metrics', async c => {
    await checkKey(c.req.raw.headers, access, 'read')
    return c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType })
  })
  const description = JSON.stringify(openApi(app))
  app.get('/openapi.json', c => c.body(description, 200, { 'content-type': 'application/json' }))
  app.get('*', async c => {
    for (const page of pages) {
      const found = await page(c.req.raw)
      if (found) return found
    }
    throw notFound()
  })
  app.notFound(c => failed(c, notFound(), log))
  app.onError((error, c) => failed(c, error, log))
  return app
}

// --- internal ---

/** Answers are data; nothing of them is to be kept, guessed at or framed. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** The client's own id where it is a plain word, so that nothing else gets into the log. */
const requestIdOf = (headers: Headers): string => {
  const given = headers.get('x-request-id')
  return given && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
}

const failed = (c: Context<Env>, error: unknown, log: ServerParts['log']): Response => {
  const { code } = errorToJson(error)
  c.set('code', code)
  if (statusOf(code) === 500)
    log.error(
      { requestId: c.get('requestId'), route: c.get('route'), code, stack: stackOf(error) },
      'failure',
    )
  return errorResponse(error, c.get('requestId'))
}

const stackOf = (error: unknown): string => {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause = error instanceof Error && error.cause ? `\nCaused by: ${stackOf(error.cause)}` : ''
  return `${stack}${cause}`.slice(0, 4000)
}
