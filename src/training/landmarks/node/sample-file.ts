import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { XfmrError } from '../../../errors.ts'
import { CROP_SIZE } from '../../../face/crop.ts'
import { MIRROR } from '../../../face/mirror.ts'
import type { LandmarkSample } from '../sample.ts'

/** Samples in a file, which may be larger than memory: crop, shares and flag of each in a record of fixed length. */
export type SampleFile = {
  readonly count: number
  read(index: number): LandmarkSample
  /** SHA-256 of all bytes, lower-case hexadecimal. */
  readonly digest: string
  close(): void
}

/** A file that samples are appended to; it is made anew. @throws XfmrError `E_WRITE` */
export const sampleWriter = (path: string): { add(sample: LandmarkSample): void; close(): void } => {
  const file = guarded(path, () => openSync(path, 'w'))
  const record = new Uint8Array(RECORD)
  return {
    add: ({ crop, shares, masked }) => {
      record.set(crop)
      record.set(new Uint8Array(Float32Array.of(...shares, Number(masked)).buffer), PIXELS)
      // A full disk may take only part of a record.
      guarded(path, () => {
        if (writeSync(file, record) !== RECORD) throw new Error('the disk is full')
      })
    },
    close: () => closeSync(file),
  }
}

/** Opens a file that {@link sampleWriter} made. @throws XfmrError `E_READ` */
export const openSamples = (path: string): SampleFile => {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw new XfmrError('E_READ', `${path} can't be read: ${(cause as Error).message}`, { cause })
  }
  const record = new Uint8Array(RECORD)
  let count = 0
  const hash = createHash('sha256')
  while (readSync(file, record, 0, RECORD, count * RECORD) === RECORD) {
    hash.update(record)
    count++
  }
  const digest = hash.digest('hex')
  return {
    count,
    read: index => {
      readSync(file, record, 0, RECORD, index * RECORD)
      const values = new Float32Array(record.slice(PIXELS).buffer)
      return {
        crop: record.slice(0, PIXELS),
        shares: values.subarray(0, SHARES),
        masked: values[SHARES] === 1,
      }
    },
    digest,
    close: () => closeSync(file),
  }
}

// --- internal ---

const PIXELS = CROP_SIZE * CROP_SIZE
const SHARES = 2 * MIRROR.length
const RECORD = PIXELS + 4 * (SHARES + 1)

const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    throw new XfmrError('E_WRITE', `Can't write ${path}: ${(cause as Error).message}`, { cause })
  }
}
