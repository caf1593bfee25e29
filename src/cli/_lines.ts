import { open, readFile, rename, stat } from 'node:fs/promises'
import { XfmrError } from '../errors.ts'

/** A JSON Lines file that is being written. It gets its final name only when it is complete. */
export type LinesFile = {
  /** Rows that an interrupted run left behind. */
  readonly kept: readonly Record<string, unknown>[]
  add(row: unknown): Promise<void>
  /** Gives the file its final name. */
  finish(): Promise<void>
  /** Closes it without that: the next run goes on from here. */
  abandon(): Promise<void>
}

/**
 * Opens `path` for writing row by row. Rows are collected in `path.partial`; a partial file of an interrupted run is
 * continued, a half-written last row dropped.
 * @throws XfmrError `E_WRITE` when `path` is there already or its folder can't be written
 */
export const openLines = async (path: string): Promise<LinesFile> => {
  if (await stat(path).catch(() => undefined)) {
    throw new XfmrError('E_WRITE', `${path} is there already. Remove it, or choose another --out.`)
  }
  const partial = `${path}.partial`
  const before = await readFile(partial, 'utf8').catch(() => '')
  const complete = before.slice(0, before.lastIndexOf('\n') + 1)
  const kept = complete
    .split('\n')
    .filter(Boolean)
    .map(line => parseRow(line, partial))
  const file = await open(partial, 'a').catch((cause: Error) => {
    throw new XfmrError('E_WRITE', `Can't write ${partial}: ${cause.message}`, { cause })
  })
  await file.truncate(Buffer.byteLength(complete))
  return {
    kept,
    add: async row => void (await file.appendFile(`${JSON.stringify(row)}\n`)),
    finish: async () => {
      await file.sync()
      await file.close()
      await rename(partial, path)
    },
    abandon: () => file.close(),
  }
}

// --- internal ---

const parseRow = (line: string, path: string): Record<string, unknown> => {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch (cause) {
    throw new XfmrError('E_READ', `${path} holds a line that is no JSON. Remove the file to start again.`, {
      cause,
    })
  }
}
