import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Row, rowKey } from '../row.ts'

/** What was measured before. Lines of JSON; one that was cut short is measured again. */
export type RowFile = {
  readonly rows: ReadonlyMap<string, Row>
  add(row: Row): Promise<void>
}

/** Opens a work file, or starts one. Several runs may add to it one after the other. */
export const openRows = async (path: string): Promise<RowFile> => {
  await mkdir(dirname(path), { recursive: true })
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const rows = new Map<string, Row>()
  for (const line of text.split('\n')) {
    const row = parsed(line)
    if (row) rows.set(rowKey(row), row)
  }
  // After a crash the last line may lack its end.
  let start = text === '' || text.endsWith('\n') ? '' : '\n'
  return {
    rows,
    add: async row => {
      rows.set(rowKey(row), row)
      await appendFile(path, `${start}${JSON.stringify(row)}\n`)
      start = ''
    },
  }
}

// --- internal ---

const parsed = (line: string): Row | undefined => {
  try {
    return line === '' ? undefined : (JSON.parse(line) as Row)
  } catch {
    return undefined
  }
}
