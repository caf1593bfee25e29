import { z } from 'zod'

const count = z.int().nonnegative()

export const JOB_KINDS = ['enrol', 'embed', 'mask'] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** How far a batch of photos is: `xfmr jobs list --json`. */
export const batchStatus = z.object({
  id: z.uuid(),
  kind: z.enum(JOB_KINDS),
  added: z.iso.datetime(),
  waiting: count.describe('Photos that no worker has finished yet'),
  done: count,
  failed: count,
})

/** One photo of a batch: a line of `xfmr jobs show --out`. */
export const batchItem = z.object({
  item: count,
  input: z.record(z.string(), z.unknown()),
  status: z.enum(['waiting', 'done', 'failed']),
  result: z.unknown().describe('What the command of that name prints for the photo, or its error'),
  worker: z.string().nullable(),
})

export type BatchStatus = z.infer<typeof batchStatus>
export type BatchItem = z.infer<typeof batchItem>

/** What the photos of a batch have in common. JSON, so that it reaches workers anywhere. */
export type BatchSettings = Readonly<Record<string, unknown>>

/** A photo of a batch: `photo`, and what its kind needs besides. Paths are those that the workers see. */
export type BatchInput = Readonly<Record<string, unknown>> & { readonly photo: string }
