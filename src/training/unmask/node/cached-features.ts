import { closeSync, openSync, readSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { float32, sizeOf } from '../../../onnx/tensor.ts'
import { type Features, plainView } from '../features.ts'

/**
 * Keeps the values of all rows, not mirrored, in a file of float32: later epochs and runs read instead of computing. The
 * file has its final name only when it is whole.
 */
export const cachedFeatures = async (
  live: Features,
  { file, rows, onRow = () => {} }: { file: string; rows: number; onRow?: (done: number) => void },
): Promise<Features> => {
  const first = await live.of([plainView(0)])
  const shape = first.dims.slice(1)
  const bytes = sizeOf(shape) * 4
  const present = await stat(file).catch(() => undefined)
  if (present?.size !== rows * bytes) await fill(live, file, rows, onRow)
  await live.release()
  const handle = openSync(file, 'r')
  return {
    of: async views => {
      const values = new Float32Array(views.length * sizeOf(shape))
      const raw = new Uint8Array(values.buffer)
      views.forEach(({ row }, i) => void readSync(handle, raw, i * bytes, bytes, row * bytes))
      return float32(values, [views.length, ...shape])
    },
    release: async () => closeSync(handle),
  }
}

// --- internal ---

const CHUNK = 16

const fill = async (
  live: Features,
  file: string,
  rows: number,
  onRow: (done: number) => void,
): Promise<void> => {
  const partial = `${file}.part`
  const handle = await open(partial, 'w')
  try {
    for (let start = 0; start < rows; start += CHUNK) {
      const views = Array.from({ length: Math.min(CHUNK, rows - start) }, (_, i) => plainView(start + i))
      const { data } = await live.of(views)
      await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      onRow(start + views.length)
    }
  } finally {
    await handle.close()
  }
  await rename(partial, file)
}
