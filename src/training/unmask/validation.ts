import type { Metrics } from '../../evaluation/metrics.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import type { FaceSet } from '../faces/node/face-set.ts'
import { compareViews, type EmbeddedView, measureViews } from '../faces/view-scores.ts'
import { type Features, plainView } from './features.ts'

/** How well changed views are recognised against photos as they are, on people that training has not seen. */
export type Validation = {
  readonly masked: Metrics
  readonly bare: Metrics
  /** Share of genuine comparisons with a mask below the threshold that gives FMR 0.1 % on unchanged bare faces. */
  readonly fnmrAtBareThreshold: number
}

/** Rows of the people held back for validation, by whether a mask covers the mouth. */
export type ValidationRows = { readonly masked: readonly number[]; readonly bare: readonly number[] }

/**
 * Runs a correction on the validation views, as always-on, and compares them with all bare photos of the same people.
 * Two views of one photo are never compared.
 */
export const validate = async (
  runtime: Runtime,
  correction: Graph,
  { set, features, rows }: { set: FaceSet; features: Features; rows: ValidationRows },
): Promise<Validation> => {
  const session = await runtime.load(correction)
  const start = correction.inputs[0]!.name
  const embed = async (chosen: readonly number[]): Promise<EmbeddedView[]> => {
    const result: EmbeddedView[] = []
    for (let i = 0; i < chosen.length; i += CHUNK) {
      const part = chosen.slice(i, i + CHUNK)
      const values = await features.of(part.map(plainView))
      const { unmasked } = await session.run({ [start]: values })
      const data = unmasked!.data as Float32Array
      const dimensions = data.length / part.length
      part.forEach((row, k) => {
        const vector = unit(data.subarray(k * dimensions, (k + 1) * dimensions))
        result.push({ vector, photo: set.rows[row]!.photo })
      })
    }
    return result
  }
  const photos = [...new Set([...rows.masked, ...rows.bare].map(row => set.rows[row]!.photo))]
  const references = photos.map(photo => ({ vector: set.photos[photo]!.target, photo }))
  const scores = (probes: readonly EmbeddedView[]) => compareViews(set.photos, references, probes)
  const [masked, bare] = [scores(await embed(rows.masked)), scores(await embed(rows.bare))]
  await session.release()
  const threshold = measureViews(scores(references)).fmr1000Threshold
  const below = masked.genuine.filter(score => score < threshold).length
  return {
    masked: measureViews(masked),
    bare: measureViews(bare),
    fnmrAtBareThreshold: below / masked.genuine.length,
  }
}

// --- internal ---

const CHUNK = 16

const unit = (vector: Float32Array): Float32Array => {
  let square = 0
  for (const value of vector) square += value * value
  const length = Math.sqrt(square) || 1
  return vector.map(value => value / length)
}
