import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { XfmrError } from '../errors.ts'
import { type Fields, orDiscard, parseBody, readBody } from './body.ts'
import { errorAnswer } from './failure.ts'
import { checkKey } from './guard.ts'
import type { Scope, StoredKey } from './keys.ts'
import type { Env, ServerParts } from './parts.ts'
import { type PhotoFile, photoField } from './photo-file.ts'

/** What a handler gets. */
export type Call<B, P, Q> = {
  /** Checked fields of the body. */
  readonly body: B
  /** Checked parts of the path. */
  readonly params: P
  readonly query: Q
  /** Fires when the client hangs up. */
  readonly signal: AbortSignal
  readonly key: StoredKey | undefined
  readonly headers: Headers
}

export type Definition<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType> = {
  method: 'get' | 'post' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/v1/subjects/{subject}`. */
  path: string
  /** Scope that a key needs. */
  scope: Scope
  tag: string
  summary: string
  description?: string
  params?: P
  query?: Q
  /** How the body is checked; with its descriptions for both media types, see `bodyOf`. */
  body?: Body<B>
  /** Photos that a worker will be asked for at least: with no room for them the body is not even read. */
  photos?: number
  answers: RouteConfig['responses']
  handle(call: Call<z.output<B>, z.output<P>, z.output<Q>>): Promise<Response>
}

export type Body<B extends z.ZodType = z.ZodType> = {
  readonly check: B
  readonly json: z.ZodType
  readonly form: z.ZodType | undefined
}

/** Adds an endpoint to the server and to its description, from one definition. */
export type AddEndpoint = <
  B extends z.ZodType = z.ZodUndefined,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
>(
  definition: Definition<B, P, Q>,
) => void

export const endpoints =
  (app: OpenAPIHono<Env>, parts: ServerParts): AddEndpoint =>
  definition => {
    describe(app, definition as unknown as Definition<z.ZodType, z.ZodType, z.ZodType>)
    const { method, path, scope, params, query, body, photos = 0, handle } = definition
    const { access, limits, budget, queue } = parts
    app.on(method, path.replace(/\{(\w+)\}/g, ':$1'), async c => {
      c.set('route', path)
      const key = await checkKey(c.req.raw.headers, access, scope)
      c.set('key', key?.id)
      const call = {
        params: (params && check(params, c.req.param(), 'The path')) as never,
        query: (query && check(query, c.req.query(), 'The query')) as never,
        signal: c.req.raw.signal,
        headers: c.req.raw.headers,
        key,
      }
      if (!body) return handle({ ...call, body: undefined as never })
      if (photos > 0) await orDiscard(() => queue.checkRoom(photos), c.env.incoming, limits)
      const type = c.req.raw.headers.get('content-type') ?? ''
      const held = await readBody(c.env.incoming, limits, budget)
      try {
        const fields = parseBody(held.bytes, type, limits.batch + SPARE_PARTS)
        return await handle({ ...call, body: check(body.check, fields, 'The body') as never })
      } finally {
        held.release()
      }
    })
  }

/** Photos of a body: the name of a field and how many it holds. */
export type PhotoFields = Readonly<Record<string, keyof PhotoCounts>>

/**
 * A body with photos and options: one definition checks JSON and forms, and describes both.
 * @param batch Most photos of a field with many.
 */
export const bodyOf = <F extends PhotoFields, S extends z.ZodRawShape>(
  photos: F,
  options: S,
  batch: number,
) => {
  const fields = (of: (count: keyof PhotoCounts, name: string) => z.ZodType): z.ZodRawShape =>
    Object.fromEntries(Object.entries(photos).map(([name, count]) => [name, of(count, name)]))
  const checks = fields((count, name) => {
    if (count === 'many') return photoList(name, batch)
    return count === 'one' ? photoField(name) : z.union([z.undefined(), photoField(name)]).optional()
  })
  const docs = (one: z.ZodType) => {
    const photo = { one, optional: one.optional(), many: z.array(one).min(1).max(batch) }
    return z.strictObject({ ...fields(count => photo[count]), ...options })
  }
  return {
    check: z.strictObject({ ...checks, ...options }) as unknown as z.ZodType<
      { [K in keyof F]: PhotoCounts[F[K]] } & z.output<z.ZodObject<S>>
    >,
    json: docs(jsonPhoto),
    form: docs(formPhoto),
  }
}

/** A body without photos. */
export const jsonBody = <S extends z.ZodRawShape>(shape: S): Body<z.ZodObject<S>> => ({
  check: z.strictObject(shape) as unknown as z.ZodObject<S>,
  json: z.strictObject(shape),
  form: undefined,
})

// --- internal ---

type PhotoCounts = {
  readonly one: PhotoFile
  readonly optional: PhotoFile | undefined
  readonly many: readonly PhotoFile[]
}

/** Fields of a form beside its photos. */
const SPARE_PARTS = 24

const photoList = (name: string, batch: number) =>
  z
    .preprocess(
      // A form with one file has no list.
      value => (Array.isArray(value) ? value : value === undefined ? [] : [value]),
      z.array(z.unknown()).min(1).max(batch),
    )
    .transform((values, context) =>
      values.map((value, index) => {
        const result = photoField(`${name}[${index}]`).safeParse(value)
        if (result.success) return result.data
        for (const { message } of result.error.issues)
          context.addIssue({ code: 'custom', message, path: [index] })
        return z.NEVER
      }),
    )

const base64Text = z.string().openapi({
  description: 'The bytes of a picture file in base64. Addresses are not fetched.',
  contentEncoding: 'base64',
} as never)

const jsonPhoto = z.union([
  base64Text,
  z.object({ data: base64Text, name: z.string().max(200).optional().describe('What the photo is called') }),
])

const formPhoto = z.string().openapi({ format: 'binary', description: 'A picture file' })

const check = <S extends z.ZodType>(
  schema: S,
  value: Fields | Record<string, string>,
  what: string,
): z.output<S> => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, MAX_TEXT),
    message: message.slice(0, MAX_TEXT),
  }))
  const first = issues[0]!
  const where = first.path ? ` at "${first.path}"` : ''
  throw new XfmrError('E_BAD_REQUEST', `${what} is not in order${where}: ${first.message}.`, {
    details: { issues },
  })
}

const MAX_ISSUES = 5
const MAX_TEXT = 200

const describe = (
  app: OpenAPIHono<Env>,
  {
    method,
    path,
    scope,
    tag,
    summary,
    description,
    params,
    query,
    body,
    answers,
  }: Definition<z.ZodType, z.ZodType, z.ZodType>,
): void => {
  const content = body && {
    'application/json': { schema: body.json },
    ...(body.form ? { 'multipart/form-data': { schema: body.form } } : {}),
  }
  app.openAPIRegistry.registerPath({
    method,
    path,
    tags: [tag],
    summary,
    description: `${description ? `${description} ` : ''}Scope: ${scope}.`,
    operationId: operationId(method, path),
    security: [{ key: [] }],
    request: {
      ...(params ? { params: params as never } : {}),
      ...(query ? { query: query as never } : {}),
      ...(content ? { body: { required: true, content } } : {}),
    },
    responses: { ...answers, default: errorAnswer },
  })
}

/** `post /v1/subjects/{subject}/examples` is `postSubjectsSubjectExamples`. */
const operationId = (method: string, path: string): string =>
  method +
  path
    .split(/\W+/)
    .filter(word => word && word !== 'v1')
    .map(word => word[0]!.toUpperCase() + word.slice(1))
    .join('')
