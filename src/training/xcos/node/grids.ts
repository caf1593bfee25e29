import { fromHalf, toHalf } from '../../../onnx/half.ts'
import { float32, type Tensor } from '../../../onnx/tensor.ts'
import type { FeatureGrid } from '../../../recognition/embedding.ts'
import type { Xfmr } from '../../../xfmr.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import { rowFile } from '../../faces/node/row-file.ts'

/** Last grids of faces, read from disk by their place in the list that they were made from. */
export type Grids = {
  readonly shape: Pick<FeatureGrid, 'channels' | 'height' | 'width'>
  one(place: number): FeatureGrid
  /** [places, C, H, W] */
  of(places: readonly number[]): Tensor<Float32Array>
  close(): void
}

/**
 * The grids of rows of a face set, as float16 in a file that is made once: each face goes through the network that it would go
 * through in use.
 */
export const cachedGrids = async (
  xfmr: Pick<Xfmr, 'embed'>,
  set: FaceSet,
  rows: readonly number[],
  { file, onRow }: { file: string; onRow?: (done: number) => void },
): Promise<Grids> => {
  const rgb = new Uint8Array(112 * 112 * 3)
  const gridOf = async (row: number): Promise<FeatureGrid> => {
    set.read(row, rgb)
    const face = { width: 112, height: 112, data: rgb, transform: [1, 0, 0, 0, 1, 0] as const }
    return (await xfmr.embed([face], { grid: true }))[0]!.grid!
  }
  const { data, ...shape } = await gridOf(rows[0]!)
  const size = data.length
  const kept = await rowFile(file, {
    rows: rows.length,
    bytes: size * 2,
    onRow,
    make: async place => new Uint8Array(toHalf((await gridOf(rows[place]!)).data).buffer),
  })
  const bits = new Uint16Array(size)
  const raw = new Uint8Array(bits.buffer)
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
    close: kept.close,
  }
}
