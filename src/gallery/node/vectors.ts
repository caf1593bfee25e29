import { XfmrError } from '../../errors.ts'
import type { Point } from '../../image/photo.ts'

/** Bytes of a vector: little-endian float32. */
export const vectorBytes = (vector: Float32Array): Uint8Array => {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * 4, vector[i]!, true)
  return bytes
}

/** The reverse of {@link vectorBytes}. */
export const bytesVector = (bytes: Uint8Array): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** A vector as pgvector reads it: nine digits tell every float32 from its neighbours. */
export const vectorText = (vector: Float32Array): string => {
  let text = '['
  for (let i = 0; i < vector.length; i++) text += (i === 0 ? '' : ',') + vector[i]!.toPrecision(9)
  return `${text}]`
}

/** A vector as pgvector writes it. */
export const textVector = (text: string): Float32Array => Float32Array.from(JSON.parse(text) as number[])

/**
 * A unit vector with the direction of an embedding. One that is a unit vector already stays as it is, bit for bit.
 * @throws XfmrError `E_EMBEDDING` for a length outside 2 to 16,000, values that are no finite numbers, or all zero
 */
export const unitVector = (vector: ArrayLike<number>, dimensions?: number): Float32Array => {
  const { length } = vector
  if (length < 2 || length > 16_000)
    throw bad(`An embedding has 2 to 16,000 numbers; this one has ${length}.`)
  if (dimensions !== undefined && length !== dimensions) {
    throw bad(`Embeddings of this pipeline have ${dimensions} numbers; this one has ${length}.`)
  }
  let sum = 0
  for (let i = 0; i < length; i++) sum += vector[i]! * vector[i]!
  const norm = Math.sqrt(sum)
  if (!Number.isFinite(norm)) throw bad('An embedding holds a value that is no finite number.')
  if (!(norm > 1e-30)) throw bad('An embedding is zero, so it has no direction.')
  const unit = Math.abs(norm - 1) < 1e-5
  return Float32Array.from(vector, value => (unit ? value : value / norm))
}

/** Landmarks as bytes: x and y of each point. @throws XfmrError `E_LANDMARKS` */
export const pointsBytes = (points: readonly Point[]): Uint8Array => {
  const values = Float32Array.from(points.flat())
  if (points.length !== 68 || !values.every(Number.isFinite)) {
    throw new XfmrError('E_LANDMARKS', 'A stored face has 68 landmarks, all of them finite numbers.')
  }
  return vectorBytes(values)
}

/** The reverse of {@link pointsBytes}. */
export const bytesPoints = (bytes: Uint8Array): Point[] => {
  const values = bytesVector(bytes)
  return Array.from({ length: values.length / 2 }, (_, i) => [values[i * 2]!, values[i * 2 + 1]!] as const)
}

// --- internal ---

const bad = (message: string): XfmrError => new XfmrError('E_EMBEDDING', message)
