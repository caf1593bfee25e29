import { fromHalf, toHalf } from '../../../onnx/half.ts'
import { float32, type Tensor } from '../../../onnx/tensor.ts'
import type { Embedding, FeatureGrid } from '../../../recognition/embedding.ts'
import type { Xfmr } from '../../../xfmr.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import { rowFile } from '../../faces/node/row-file.ts'

/** Last grids and embeddings of faces, read from disk by their place in the list that they were made from. */
export type Grids = {
  readonly shape: Pick<FeatureGrid, 'channels' | 'height' | 'width'>
  one(place: number): FeatureGrid
  /** [places, C, H, W] */
  of(places: readonly number[]): Tensor<Float32Array>
  /** The unit vector that the face has in use. */
  vector(place: number): Float32Array
  close(): void
}

/**
 * The grids (float16) and embeddings of rows of a face set, in a file that is made once: each face goes through the network that
 * it would go through in use.
 */
export const cachedGrids = async (
  xfmr: Pick<Xfmr, 'embed'>,
  set: FaceSet,
  rows: readonly number[],
  { file, onRow }: { file: string; onRow?: (done: number) => void },
): Promise<Grids> => {
  const rgb = new Uint8Array(112 * 112 * 3)
  const embed = async (row: number): Promise<Embedding & { grid: FeatureGrid }> => {
    set.read(row, rgb)
    const face = { width: 112, height: 112, data: rgb, transform: [1, 0, 0, 0, 1, 0] as const }
    return (await xfmr.embed([face], { grid: true }))[0] as Embedding & { grid: FeatureGrid }
  }
  const first = await embed(rows[0]!)
  const { data, ...shape } = first.grid
  const [size, dimensions] = [data.length, first.vector.length]
  const raw = new Uint8Array(4 * dimensions + 2 * size)
  const numbers = new Float32Array(raw.buffer, 0, dimensions)
  const bits = new Uint16Array(raw.buffer, 4 * dimensions, size)
  const kept = await rowFile(file, {
    rows: rows.length,
    bytes: raw.length,
    onRow,
    make: async place => {
      const { grid, vector } = await embed(rows[place]!)
      bits.set(toHalf(grid.data))
      numbers.set(vector)
      return raw
    },
  })
  // Asked for again and again, once for each pair.
  const vectors = new Map<number, Float32Array>()
  const read = (place: number): Float32Array => {
    kept.read(place, raw)
    return fromHalf(bits)
  }
  return {
    shape,
    one: place => ({ ...shape, data: read(place) }),
    of: places => {
      const all = new Float32Array(places.length * size)
      places.forEach((place, i) => void all.set(read(place), i * size))
      return float32(all, [places.length, shape.channels, shape.height, shape.width])
    },
    vector: place => {
      let vector = vectors.get(place)
      if (!vector) {
        kept.read(place, raw)
        vector = numbers.slice()
        vectors.set(place, vector)
      }
      return vector
    },
    close: kept.close,
  }
}
