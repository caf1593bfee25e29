import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { XfmrError } from '../../../errors.ts'
import { sizeOf, type Tensor } from '../../../onnx/tensor.ts'
import type { Checkpoint } from '../fit.ts'

/**
 * Writes a checkpoint so that at any moment the file has either its old content or its new one: under another name
 * first, flushed to the disk, then renamed. Format: length of the header (uint32), header (JSON), float32 values of all
 * tensors, SHA-256 of everything before it; little-endian.
 * @throws XfmrError `E_WRITE` when the disk is full or can't be written; an earlier file stays as it was
 */
export const writeCheckpoint = async (path: string, { state, standing }: Checkpoint): Promise<void> => {
  const tensors = [...state.tensors]
  const header = Buffer.from(
    JSON.stringify({
      format: FORMAT,
      version: 1,
      steps: state.steps,
      standing,
      tensors: tensors.map(([name, { dims }]) => ({ name, dims })),
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const parts = [length, header, ...tensors.map(([, { data }]) => bytesOf(data))]
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  const partial = `${path}.partial`
  try {
    const file = await open(partial, 'w')
    try {
      for (const part of [...parts, digest.digest()]) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    // The rename itself survives a power failure only when the folder is flushed too.
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {})
    throw writeError(path, cause)
  }
}

/** @throws XfmrError `E_READ` when the file can't be read, is cut short, damaged, or no checkpoint */
export const readCheckpoint = async (path: string): Promise<Checkpoint> => {
  const fail = (why: string, cause?: unknown) =>
    new XfmrError('E_READ', `${path} is no checkpoint that can be used: ${why}.`, { cause })
  const file = await readFile(path).catch(cause => {
    throw fail((cause as Error).message, cause)
  })
  const end = file.length - DIGEST
  if (end < 4) throw fail('it is too short')
  const found = createHash('sha256').update(file.subarray(0, end)).digest()
  if (!found.equals(file.subarray(end))) throw fail('its content is damaged')
  const start = 4 + file.readUInt32LE(0)
  const header = headerSchema.safeParse(JSON.parse(file.toString('utf8', 4, start)))
  if (!header.success) throw fail('it is of another version', header.error)
  const { steps, standing, tensors } = header.data
  // A copy, because the values need not start on a multiple of four bytes.
  const values = new Float32Array(Uint8Array.prototype.slice.call(file, start, end).buffer)
  let offset = 0
  const entries = tensors.map(({ name, dims }): [string, Tensor<Float32Array>] => {
    const from = offset
    offset += sizeOf(dims)
    return [name, { type: 'float32', dims, data: values.slice(from, offset) }]
  })
  return { state: { steps, tensors: new Map(entries) }, standing }
}

/** The error for a run that can't be written, clear about a full disk. */
export const writeError = (path: string, cause: unknown): XfmrError => {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message
  return new XfmrError('E_WRITE', `Can't write ${path}: ${why}.`, { cause })
}

// --- internal ---

const FORMAT = 'xfmr-checkpoint'
/** Bytes of a SHA-256. */
const DIGEST = 32

// JSON has no NaN; it writes null.
const numbers = z.record(
  z.string(),
  z
    .number()
    .nullable()
    .transform(value => value ?? Number.NaN),
)

const headerSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  steps: z.number().int().nonnegative(),
  standing: z.object({
    sums: numbers,
    best: z.object({ epoch: z.number(), value: z.number() }).nullable(),
    validation: numbers,
  }),
  tensors: z.array(z.object({ name: z.string(), dims: z.array(z.number().int().nonnegative()) })),
})

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
