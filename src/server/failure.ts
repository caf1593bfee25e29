import { z } from 'zod'
import { errorToJson, XfmrError } from '../errors.ts'
import { errorFacts } from '../report/steps.ts'
import { statusOf } from './statuses.ts'

/** The body of every answer that is an error. */
export const errorBody = z.object({
  error: errorFacts.extend({
    requestId: z.string().describe('Also in the header X-Request-Id, and in the log'),
  }),
})

/** In the description of the server. */
export const errorAnswer = {
  description: 'An error; `code` says which',
  content: { 'application/json': { schema: errorBody } },
}

/** An error as JSON. What is a defect of ours keeps its message for the log: it may name files of this machine. */
export const publicError = (error: unknown): ReturnType<typeof errorToJson> => {
  const json = errorToJson(error)
  if (statusOf(json.code) !== 500) return json
  return {
    code: json.code,
    message: 'Something failed inside the server. Its log has more, under the request id.',
  }
}

/** The answer to a request that failed. */
export const errorResponse = (error: unknown, requestId: string): Response => {
  const body = publicError(error)
  const status = statusOf(body.code)
  const { retryAfter, ...details } = body.details ?? {}
  const shown = {
    code: body.code,
    message: body.message,
    ...(Object.keys(details).length > 0 ? { details } : {}),
  }
  const headers = new Headers({ 'content-type': 'application/json' })
  if (status === 429) headers.set('retry-after', String(retryAfter ?? 1))
  if (status === 401) headers.set('www-authenticate', 'Bearer')
  // Whatever else of the request is on its way is not read.
  if (status === 413) headers.set('connection', 'close')
  return new Response(JSON.stringify({ error: { ...shown, requestId } }), { status, headers })
}

/** A path that nothing answers. */
export const notFound = (): XfmrError =>
  new XfmrError('E_NOT_FOUND', 'There is nothing at this address, or not with this method. See /docs.')
