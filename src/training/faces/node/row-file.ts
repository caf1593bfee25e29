import { closeSync, openSync, readSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'

/** Rows of equal length on disk. */
export type RowFile = {
  /** Reads one row. */
  read(row: number, into: Uint8Array): void
  close(): void
}

/**
 * Opens a file of rows, and makes it first where it is missing or of another length. It has its final name only when it is
 * whole.
 * @param make Some rows from `start` on, in order, in one piece
 */
export const rowFile = async (
  file: string,
  {
    rows,
    bytes,
    make,
    onRow = () => {},
  }: {
    rows: number
    /** Of one row. */
    bytes: number
    make(start: number): Promise<Uint8Array>
    onRow?: ((done: number) => void) | undefined
  },
): Promise<RowFile> => {
  const present = await stat(file).catch(() => undefined)
  if (present?.size !== rows * bytes) {
    const partial = `${file}.part`
    const handle = await open(partial, 'w')
    try {
      for (let done = 0; done < rows; ) {
        const piece = await make(done)
        await handle.writeFile(piece)
        done += piece.byteLength / bytes
        onRow(done)
      }
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  }
  const handle = openSync(file, 'r')
  return {
    read: (row, into) => void readSync(handle, into, 0, bytes, row * bytes),
    close: () => closeSync(handle),
  }
}
