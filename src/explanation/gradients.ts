import type { AlignedFace } from '../face/face.ts'
import { differentiate, gradientName } from '../onnx/differentiate.ts'
import type { Runtime, Session } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import { toInput } from '../recognition/input.ts'
import type { Network } from '../recognition/recogniser.ts'
import type { Layer } from './layers.ts'

/** What one layer did for one face: `channels` planes of `height` x `width`, row by row. */
export type LayerState = {
  readonly layer: Layer
  readonly activation: Float32Array
  /** Gradient of the target with respect to the activation, same layout. */
  readonly gradient: Float32Array
}

export type GradientOptions = {
  /** Gradient of the target with respect to the network's output. */
  direction: Float32Array
  /** Looks at the face's mirror image instead. */
  mirror?: boolean
}

/** Computes activations and gradients of chosen layers. */
export type Gradients = {
  at(face: AlignedFace, layers: readonly Layer[], options: GradientOptions): Promise<LayerState[]>
  release(): Promise<void>
}

/** Keeps one session for each set of layers that was asked for. */
export const createGradients = (runtime: Runtime, { graph, contract }: Network): Gradients => {
  const sessions = new Map<string, Promise<Session>>()
  const sessionFor = (names: readonly string[]): Promise<Session> => {
    const key = names.join('\n')
    const existing = sessions.get(key)
    if (existing) return existing
    const { output } = contract
    const created = runtime.load(differentiate(graph, { of: output, wrt: names, seed: SEED, keep: names }))
    sessions.set(key, created)
    created.catch(() => sessions.delete(key))
    return created
  }
  return {
    at: async (face, layers, { direction, mirror = false }) => {
      const names = layers.map(({ name }) => name)
      const session = await sessionFor(names)
      const results = await session.run({
        [contract.input]: toInput(face, contract, { mirror }),
        [SEED]: float32(direction, [1, direction.length]),
      })
      return layers.map(layer => ({
        layer,
        activation: results[layer.name]!.data as Float32Array,
        gradient: results[gradientName(layer.name)]!.data as Float32Array,
      }))
    },
    release: async () => {
      for (const session of sessions.values()) await (await session).release()
      sessions.clear()
    },
  }
}

// --- internal ---

const SEED = 'xfmr/direction'
