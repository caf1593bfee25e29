import { basename } from 'node:path'
import { ALIGNED_SIZE, alignFace } from '../../../face/align.ts'
import { createDetector } from '../../../face/detect.ts'
import type { AlignedFace } from '../../../face/face.ts'
import { createFaceFinder } from '../../../face/finder.ts'
import { createLandmarker } from '../../../face/landmarks.ts'
import { readPhoto } from '../../../image/node.ts'
import type { RecogniserContract } from '../../../models/contract.ts'
import { type LabelledFace, type Measurement, measureInput } from '../../../models/experiment.ts'
import type { InputFacts } from '../../../models/inspect.ts'
import { SAMPLE_GROUPS, SAMPLES } from '../../../models/photos.ts'
import type { ModelStore } from '../../../models/store.ts'
import type { Graph } from '../../../onnx/graph.ts'
import type { Runtime } from '../../../onnx/runtime.ts'
import { createRecogniser } from '../../../recognition/recogniser.ts'

type Shape = Omit<RecogniserContract, keyof InputFacts>

/** True when the models and photos of the experiment are on this machine. */
export const canMeasure = async (store: ModelStore): Promise<boolean> => {
  const needed = ['detector', 'landmarks', SAMPLES.name, SAMPLE_GROUPS.name]
  const present = (await store.list()).filter(({ state }) => state === 'present').map(({ name }) => name)
  return needed.every(name => present.includes(name))
}

/** A person counts once however many photos there are, so more than these only cost time. */
const PHOTOS_OF_ONE = 2

/** The faces of the sample photos, aligned; at most two photos of one person. */
export const sampleFaces = async (
  store: ModelStore,
  runtime: Runtime,
): Promise<LabelledFace<AlignedFace>[]> => {
  const detector = await runtime.load(await store.bytes('detector'))
  const landmarks = await runtime.load(await store.bytes('landmarks'))
  const find = createFaceFinder({
    detector: createDetector(detector),
    landmarker: createLandmarker(landmarks),
  })
  const found: LabelledFace<AlignedFace>[] = []
  for (const { name, files } of [SAMPLES, SAMPLE_GROUPS]) {
    for (const file of files) {
      const person = 'person' in file ? { person: file.person } : {}
      const before = found.filter(face => face.person !== undefined && face.person === person.person)
      if (before.length >= PHOTOS_OF_ONE) continue
      const photo = await readPhoto(await store.bytes(name, basename(file.path)))
      for (const face of await find(photo)) {
        found.push({ face: alignFace(photo, face), photo: file.path, ...person })
      }
    }
  }
  await Promise.all([detector.release(), landmarks.release()])
  return found
}

/** Tries the ways to feed a recogniser on the sample photos. */
export const measureRecogniser = async (
  { store, runtime, graph, contract }: { store: ModelStore; runtime: Runtime; graph: Graph; contract: Shape },
  trials: readonly InputFacts[],
  onTrial: (done: number, total: number) => void,
): Promise<Measurement> => {
  const faces = await sampleFaces(store, runtime)
  return measureInput({
    faces,
    trials,
    onTrial,
    embed: async (batch, facts) => {
      const recogniser = await createRecogniser({
        runtime,
        graph,
        contract: { ...contract, ...facts },
        pipeline: 'trial',
      })
      const embeddings = await recogniser.embed(batch)
      await recogniser.release()
      return embeddings.map(({ vector }) => vector)
    },
  })
}

/** Runs a recogniser once on an even grey face, so that a model that can't run is never added. */
export const tryOnce = async (
  runtime: Runtime,
  graph: Graph,
  contract: RecogniserContract,
): Promise<void> => {
  const recogniser = await createRecogniser({ runtime, graph, contract, pipeline: 'trial' })
  const data = new Uint8Array(ALIGNED_SIZE * ALIGNED_SIZE * 3).fill(127)
  await recogniser.embed(
    [{ width: ALIGNED_SIZE, height: ALIGNED_SIZE, data, transform: [1, 0, 0, 0, 1, 0] }],
    {
      grid: true,
    },
  )
  await recogniser.release()
}
