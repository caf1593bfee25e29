import { describe, expect, it } from 'vitest'
import { smallRecogniser } from '../../test/graphs.ts'
import type { AlignedFace } from '../face/face.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { nodeRuntime } from '../onnx/node.ts'
import { createRecogniser, networkOf } from '../recognition/recogniser.ts'
import { synthesise, type Wish } from './synthesis.ts'

const contract: RecogniserContract = {
  input: 'x',
  output: 'embedding',
  grid: 'grid',
  size: 112,
  channels: 'bgr',
  mean: 127.5,
  scale: 1 / 127.5,
  dimensions: 32,
}
const runtime = nodeRuntime()
const network = { graph: networkOf(smallRecogniser(), contract), contract, flip: false }
const face: AlignedFace = {
  width: 112,
  height: 112,
  data: Uint8Array.from({ length: 112 * 112 * 3 }, (_, i) => 128 + 90 * Math.sin(i / 53)),
  transform: [1, 0, 0, 0, 1, 0],
}

describe('synthesise', () => {
  it('raises whatever is wished for', async () => {
    const recogniser = await createRecogniser({ runtime, graph: smallRecogniser(), contract, pipeline: 'p' })
    const [embedding] = await recogniser.embed([face])
    const wishes: Wish[] = [
      { layer: 'grid', channel: 2 },
      { layer: 'grid' },
      { layer: 'grid', like: face },
      { identity: embedding! },
    ]
    for (const wish of wishes) {
      const { values, picture } = await synthesise(runtime, network, wish, { steps: 16, smooth: 0 })
      expect(values).toHaveLength(17)
      expect(values.at(-1), Object.keys(wish).join()).toBeGreaterThan(values[0]!)
      expect(picture).toMatchObject({ width: 112, height: 112 })
    }
  })

  it('reports the value of the picture that it returns, up to rounding of its bytes', async () => {
    const recogniser = await createRecogniser({ runtime, graph: smallRecogniser(), contract, pipeline: 'p' })
    const [embedding] = await recogniser.embed([face])
    const { picture, values } = await synthesise(runtime, network, { identity: embedding! }, { steps: 6 })
    const [made] = await recogniser.embed([{ ...picture, transform: face.transform }])
    const cosine = made!.vector.reduce((sum, value, i) => sum + value * embedding!.vector[i]!, 0)
    expect(cosine).toBeCloseTo(values.at(-1)!, 2)
  })

  it('takes back what went too far, and comes close with softened steps too', async () => {
    const wish: Wish = { layer: 'conv', like: face }
    for (const smooth of [0, 0.75]) {
      const { values } = await synthesise(runtime, network, wish, { steps: 64, smooth, rate: 40 })
      for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]!)
      // Minus a distance: what is left of it.
      expect(values.at(-1)! / values[0]!).toBeLessThan(0.1)
    }
  })

  it('with no step gives back its start', async () => {
    const { picture } = await synthesise(runtime, network, { layer: 'grid' }, { start: face, steps: 0 })
    expect(picture.data).toEqual(face.data)
  })

  it('refuses a layer or a channel that is not there', async () => {
    await expect(synthesise(runtime, network, { layer: 'conv99' })).rejects.toMatchObject({
      code: 'E_UNKNOWN_LAYER',
    })
    await expect(synthesise(runtime, network, { layer: 'grid', channel: 99 })).rejects.toMatchObject({
      code: 'E_USAGE',
    })
  })
})
