import { z } from 'zod'
import { errorFacts } from '../report/steps.ts'
import type { Failed } from './work.ts'

/** An answer in JSON, for descriptions. */
export const jsonAnswer = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** The answer to a batch: one row for each, in order; what failed is an error and stops nothing else. */
export const rowsOf = (row: z.ZodType) =>
  z.object({ results: z.array(z.union([row, z.object({ error: errorFacts })])) })

/** JSON that a worker has written already. */
export const jsonResponse = (json: Uint8Array<ArrayBuffer>): Response =>
  new Response(json, { headers: { 'content-type': 'application/json' } })

/** Rows that workers have written, put together without reading them. */
export const rowsResponse = (rows: readonly (Uint8Array | Failed)[]): Response => {
  const pieces: Uint8Array[] = [OPEN]
  for (const [index, row] of rows.entries()) {
    if (index > 0) pieces.push(COMMA)
    pieces.push(row instanceof Uint8Array ? row : Buffer.from(JSON.stringify(row)))
  }
  pieces.push(CLOSE)
  return jsonResponse(new Uint8Array(Buffer.concat(pieces)))
}

// --- internal ---

const OPEN = Buffer.from('{"results":[')
const COMMA = Buffer.from(',')
const CLOSE = Buffer.from(']}')
