import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { XfmrError } from '../../../errors.ts'
import { createDetector } from '../../../face/detect.ts'
import { createLandmarker } from '../../../face/landmarks.ts'
import { entryOf } from '../../../models/catalogue.ts'
import type { ModelStore } from '../../../models/store.ts'
import { nodeRuntime } from '../../../onnx/node.ts'
import { readModel, writeModel } from '../../../onnx/proto.ts'
import { openRun } from '../../engine/node/run.ts'
import type { TrainingPhoto } from '../../faces/training-photo.ts'
import { isHeldBack } from '../../held-back.ts'
import { fitLandmarks, type SampleErrors } from './fit.ts'
import { makeSamples, type SampleCounts, type Teacher } from './make-samples.ts'
import { type DriftRow, measureDrift } from './measure.ts'
import { openSamples } from './sample-file.ts'

export type LandmarkTrainingOptions = {
  readonly seed: string
  /** Views made of every photo. */
  readonly views: number
  readonly epochs: number
  readonly batch: number
  readonly rate: number
  /** Where crops, log and checkpoints go. */
  readonly folder: string
  readonly resume: boolean
  /** Most validation photos to measure on. */
  readonly measured: number
  /** Called when a phase starts; what it returns is called with the units that are done. */
  readonly onPhase?: (label: string, total: number) => Promise<(done: number) => void>
}

export type LandmarkTraining = {
  /** The model file. */
  readonly model: Uint8Array
  readonly steps: number
  readonly samples: { readonly training: number; readonly validation: number }
  readonly failures: SampleCounts['failures']
  /** People whose photos only validated. */
  readonly held: readonly string[]
  readonly before: SampleErrors
  readonly after: SampleErrors
  readonly rows: readonly DriftRow[]
  readonly measured: number
  /** First digits of the sha256 of the model it started from. */
  readonly original: string
}

/**
 * The whole training: crops of masked and degraded views, fine-tuning, measuring through the chain. The crops of an earlier run
 * in the folder are used again when they were made of the same photos in the same way.
 * @throws XfmrError `E_BAD_DATASET` when too few faces are found, `E_WRITE`, and as `fit` does
 */
export const trainLandmarks = async (
  store: ModelStore,
  photos: readonly TrainingPhoto[],
  options: LandmarkTrainingOptions,
): Promise<LandmarkTraining> => {
  const { seed, views, epochs, batch, rate, folder, resume, onPhase = async () => () => {} } = options
  // One photo is under way at a time, next to the networks; more threads only get in their way.
  sharp.concurrency(1)
  const runtime = nodeRuntime()
  const bytes = await store.bytes('landmarks')
  const sessions = [await runtime.load(await store.bytes('detector')), await runtime.load(bytes)] as const
  const teacher = { detector: createDetector(sessions[0]), landmarker: createLandmarker(sessions[1]) }
  const original = entryOf('landmarks').files[0]!.sha256.slice(0, 8)
  const made = await samplesIn(folder, photos, teacher, { seed, views, original, onPhase })
  const training = openSamples(join(folder, 'training.bin'))
  const validation = openSamples(join(folder, 'validation.bin'))
  if (training.count < batch || validation.count === 0) {
    throw new XfmrError(
      'E_BAD_DATASET',
      `${photos.length} photos gave ${training.count} crops for training and ${validation.count} for validation; ` +
        `a step alone takes ${batch}. Give photos of more people, with one face each.`,
    )
  }
  const data = [training.digest, validation.digest]
  const config = { original, data, seed, epochs, batch, rate }
  const run = await openRun({ folder: join(folder, 'run'), config, resume })
  const step = await onPhase('train', epochs * Math.floor(training.count / batch))
  const fitted = await fitLandmarks(runtime, readModel(bytes), training, validation, {
    ...{ seed, epochs, batch, rate, run },
    onProgress: ({ step: done }) => step(done),
  })
  training.close()
  validation.close()
  const model = writeModel(fitted.model)
  const student = await runtime.load(model)
  const held = photos.filter(({ identity }) => isHeldBack(seed, identity))
  const stride = Math.max(1, Math.floor(held.length / options.measured))
  const spread = held.filter((_, i) => i % stride === 0).slice(0, options.measured)
  const onPhoto = await onPhase('measure', spread.length)
  const rows = await measureDrift(spread, teacher, createLandmarker(student), { seed, onPhoto })
  await Promise.all([...sessions, student].map(session => session.release()))
  const { steps, before, after } = fitted
  return {
    ...{ model, steps, before, after, rows, original },
    samples: { training: made.training, validation: made.validation },
    failures: made.failures,
    held: [...new Set(held.map(({ identity }) => identity))],
    measured: spread.length,
  }
}

// --- internal ---

/** Changes whenever samples are made in another way. */
const SAMPLES_VERSION = 1

/** Makes the samples, unless the folder has them. */
const samplesIn = async (
  folder: string,
  photos: readonly TrainingPhoto[],
  teacher: Teacher,
  {
    onPhase,
    ...facts
  }: { seed: string; views: number; original: string } & Required<Pick<LandmarkTrainingOptions, 'onPhase'>>,
): Promise<SampleCounts> => {
  const path = join(folder, 'samples.json')
  const made = JSON.stringify({ ...facts, version: SAMPLES_VERSION, photos: photos.map(({ name }) => name) })
  if (existsSync(path)) {
    const { of, counts } = JSON.parse(await readFile(path, 'utf8')) as { of: string; counts: SampleCounts }
    if (of === made) return counts
  }
  try {
    await mkdir(folder, { recursive: true })
    const onPhoto = await onPhase('mask and crop', photos.length)
    const counts = await makeSamples(folder, photos, teacher, { ...facts, onPhoto })
    await writeFile(path, JSON.stringify({ of: made, counts }))
    return counts
  } catch (cause) {
    if (cause instanceof XfmrError) throw cause
    throw new XfmrError('E_WRITE', `Can't write to ${folder}: ${(cause as Error).message}.`, { cause })
  }
}
