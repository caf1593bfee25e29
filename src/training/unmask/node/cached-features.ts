import { float32, sizeOf } from '../../../onnx/tensor.ts'
import { rowFile } from '../../faces/node/row-file.ts'
import { type Features, plainView } from '../features.ts'

/** Keeps the values of all rows, not mirrored, in a file of float32: later epochs and runs read instead of computing. */
export const cachedFeatures = async (
  live: Features,
  { file, rows, onRow }: { file: string; rows: number; onRow?: (done: number) => void },
): Promise<Features> => {
  const first = await live.of([plainView(0)])
  const shape = first.dims.slice(1)
  const bytes = sizeOf(shape) * 4
  const kept = await rowFile(file, {
    rows,
    bytes,
    onRow,
    make: async start => {
      const count = Math.min(CHUNK, rows - start)
      const { data } = await live.of(Array.from({ length: count }, (_, i) => plainView(start + i)))
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    },
  })
  await live.release()
  return {
    of: async views => {
      const values = new Float32Array(views.length * sizeOf(shape))
      views.forEach(({ row }, i) => void kept.read(row, new Uint8Array(values.buffer, i * bytes, bytes)))
      return float32(values, [views.length, ...shape])
    },
    release: async () => kept.close(),
  }
}

// --- internal ---

const CHUNK = 16
