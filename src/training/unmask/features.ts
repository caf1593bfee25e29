import { mirrorRows } from '../../image/mirror.ts'
import { toPlanar } from '../../image/planar.ts'
import type { RecogniserContract } from '../../models/contract.ts'
import { dynamicBatch, extract } from '../../onnx/edit.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import type { FaceSet } from '../faces/node/face-set.ts'
import type { Cover, Example } from './sampler.ts'

/** A view of the set, perhaps in a mirror or with something before it. */
export type View = Pick<Example, 'row' | 'mirrored' | 'cover'>

/** A view as it is in the set. */
export const plainView = (row: number): View => ({ row, mirrored: false, cover: null })

/** Values of the recogniser at the place where a correction begins. */
export type Features = {
  /** [views, ...shape of the value] */
  of(views: readonly View[]): Promise<Tensor<Float32Array>>
  release(): Promise<void>
}

/** Runs the frozen layers before `start` whenever a view is asked for: for values too large to keep. */
export const liveFeatures = async (
  runtime: Runtime,
  graph: Graph,
  contract: RecogniserContract,
  set: FaceSet,
  start: string,
): Promise<Features> => {
  const session =
    start === contract.input
      ? undefined
      : await runtime.load(extract(dynamicBatch(graph), { inputs: [contract.input], outputs: [start] }))
  const { size } = contract
  const rgb = new Uint8Array(size * size * 3)
  return {
    of: async views => {
      const pixels = new Float32Array(views.length * rgb.length)
      views.forEach(({ row, mirrored, cover }, i) => {
        set.read(row, rgb)
        if (cover) paint(rgb, size, cover)
        const planes = toPlanar({ width: size, height: size, data: rgb }, contract)
        pixels.set(mirrored ? mirrorRows(planes, size) : planes, i * rgb.length)
      })
      const input = float32(pixels, [views.length, 3, size, size])
      if (!session) return input
      return (await session.run({ [contract.input]: input }))[start] as Tensor<Float32Array>
    },
    release: async () => session?.release(),
  }
}

// --- internal ---

const paint = (rgb: Uint8Array, size: number, { left, top, width, height, colour }: Cover): void => {
  const unit = size / 112
  const within = (value: number): number => Math.max(0, Math.min(size, Math.round(value * unit)))
  const [fromX, toX] = [within(left), within(left + width)]
  for (let y = within(top); y < within(top + height); y++) {
    for (let x = fromX; x < toX; x++) rgb.set(colour, (y * size + x) * 3)
  }
}
