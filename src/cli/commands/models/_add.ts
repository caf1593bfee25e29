import { readFile } from 'node:fs/promises'
import { XfmrError } from '../../../errors.ts'
import { ALIGNED_SIZE } from '../../../face/align.ts'
import type { RecogniserContract } from '../../../models/contract.ts'
import type { Measurement } from '../../../models/experiment.ts'
import { type Inspection, inspectRecogniser } from '../../../models/inspect.ts'
import { openFacts, settle } from '../../../models/settle.ts'
import type { ModelStore, StoredRecogniser } from '../../../models/store.ts'
import type { Graph } from '../../../onnx/graph.ts'
import { nodeRuntime } from '../../../onnx/node.ts'
import { readModel } from '../../../onnx/proto.ts'
import type { Runtime } from '../../../onnx/runtime.ts'
import type { Terminal } from '../../_command.ts'
import { progress } from '../../_progress.ts'
import { canMeasure, measureRecogniser, tryOnce } from './_measure.ts'

export type Addition = {
  readonly file: string
  readonly name: string
  readonly given: Partial<RecogniserContract>
  readonly licence?: string | undefined
  readonly replace: boolean
}

/** Works out how a model wants its input, runs it once, and keeps it in the store. */
export const addRecogniser = async (
  store: ModelStore,
  { file, name, given, licence, replace }: Addition,
  terminal: Terminal,
): Promise<{ model: StoredRecogniser; measurement: Measurement | undefined }> => {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_READ'
    throw new XfmrError(code, `Can't read the model ${file}: ${cause.message}`, { cause })
  })
  const graph = readModel(bytes)
  const inspection = inspectRecogniser(graph, given)
  const { size } = inspection.contract
  if (size !== ALIGNED_SIZE) {
    throw new XfmrError(
      'E_MODEL_SHAPE',
      `The model takes ${size}x${size} pixels; xfmr aligns faces to ${ALIGNED_SIZE}x${ALIGNED_SIZE}, as ArcFace models do.`,
    )
  }
  const runtime = nodeRuntime()
  const measurement = await measureOpenFacts({ store, runtime, graph, inspection }, terminal)
  const settled = settle(inspection, measurement)
  await tryOnce(runtime, graph, settled.contract)
  const model = await store.add(bytes, {
    name,
    ...settled,
    replace,
    ...(licence === undefined ? {} : { licence }),
  })
  return { model, measurement }
}

// --- internal ---

type Candidate = { store: ModelStore; runtime: Runtime; graph: Graph; inspection: Inspection }

/** Measures where something is open and the sample photos are there. */
const measureOpenFacts = async (
  { inspection, ...rest }: Candidate,
  terminal: Terminal,
): Promise<Measurement | undefined> => {
  const trials = openFacts(inspection)
  if (trials.length === 1 || !(await canMeasure(rest.store))) return undefined
  const bar = await progress(terminal, 'Trying how the model wants its pixels', trials.length)
  try {
    return await measureRecogniser({ ...rest, contract: inspection.contract }, trials, bar.update)
  } finally {
    bar.stop()
  }
}
