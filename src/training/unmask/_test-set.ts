import type { RecogniserContract } from '../../models/contract.ts'
import { inspectRecogniser } from '../../models/inspect.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import { createRandom } from '../../random.ts'
import { createRecogniser } from '../../recognition/recogniser.ts'
import type { FaceRow, FaceSet } from '../faces/node/face-set.ts'

/** How the small recogniser of the tests wants its faces. */
export const contractOf = (graph: Graph): RecogniserContract => ({
  ...inspectRecogniser(graph).contract,
  channels: 'rgb',
  mean: 127.5,
  scale: 1 / 127.5,
})

/**
 * A face set without faces: every identity is a field of blots, every photo a noisy copy of it, and a mask paints the lower
 * half grey. Two photos an identity, one bare and two masked views each.
 */
export const blotSet = async (
  runtime: Runtime,
  graph: Graph,
  { identities, covered = 0.5 }: { identities: number; covered?: number },
): Promise<FaceSet> => {
  const recogniser = await createRecogniser({
    runtime,
    graph,
    contract: contractOf(graph),
    pipeline: 'small',
  })
  const pixels: Uint8Array[] = []
  const rows: FaceRow[] = []
  const photos: FaceSet['photos'][number][] = []
  for (let person = 0; person < identities; person++) {
    for (let copy = 0; copy < 2; copy++) {
      const bare = blots(`${person}`, `${copy}`)
      const embed = async (data: Uint8Array) => {
        const face = { width: SIDE, height: SIDE, data, transform: [1, 0, 0, 0, 1, 0] as const }
        return (await recogniser.embed([face]))[0]!.vector
      }
      photos.push({
        name: `${person}/${copy}`,
        identity: `person ${person}`,
        target: await embed(bare),
        mirrored: await embed(mirrored(bare)),
      })
      pixels.push(bare)
      rows.push({ photo: photos.length - 1, mask: null, degraded: false })
      for (let view = 0; view < 2; view++) {
        pixels.push(bare.map((value, i) => (i < bare.length * (1 - covered) ? value : 120 + 10 * view)))
        rows.push({ photo: photos.length - 1, mask: { type: 'grey', coverage: 'high' }, degraded: false })
      }
    }
  }
  await recogniser.release()
  return {
    key: { pipeline: 'small', identities },
    photos,
    rows,
    failures: [],
    read: (row, into) => into.set(pixels[row]!),
    close: () => {},
  }
}

// --- internal ---

const SIDE = 112

/** Everybody is a mixture of these, so that one half of a person tells something about the other. */
const PATTERNS = Array.from({ length: 6 }, (_, k) => {
  const random = createRandom('pattern', k)
  return Array.from({ length: 7 * 7 * 3 }, () => random.uniform(-40, 40))
})

const blots = (person: string, copy: string): Uint8Array => {
  const own = createRandom(person, 'shares')
  const shares = PATTERNS.map(() => own.normal())
  const coarse = PATTERNS[0]!.map((_, i) => 128 + shares.reduce((sum, s, k) => sum + s * PATTERNS[k]![i]!, 0))
  const grain = createRandom(person, copy)
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    const cell = Math.floor(pixel / SIDE / 16) * 7 + Math.floor((pixel % SIDE) / 16)
    return Math.max(0, Math.min(255, coarse[cell * 3 + channel]! + grain.uniform(-20, 20)))
  })
}

const mirrored = (rgb: Uint8Array): Uint8Array =>
  rgb.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    const [y, x] = [Math.floor(pixel / SIDE), pixel % SIDE]
    return rgb[(y * SIDE + SIDE - 1 - x) * 3 + channel]!
  })
