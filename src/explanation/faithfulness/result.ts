import { z } from 'zod'

const meanEstimate = z.object({
  value: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  pairs: z.number(),
})

const conditionSummary = z.object({
  deletion: meanEstimate,
  insertion: meanEstimate,
  deletionScore: meanEstimate,
  insertionScore: meanEstimate,
  road: meanEstimate,
  inMask: meanEstimate.optional(),
  maskArea: meanEstimate.optional(),
  findsMask: meanEstimate.optional(),
})

const methodSummary = z.object({
  id: z.string(),
  cost: z.number(),
  passes: z.number(),
  hiding: z.object({ finds: meanEstimate, gain: meanEstimate }).optional(),
  patches: z.object({ fnmr: meanEstimate, fmr: meanEstimate }).optional(),
  sanity: z.object({ signed: meanEstimate, size: meanEstimate, passed: z.boolean() }).optional(),
  stability: meanEstimate.optional(),
  conditions: z.object({
    unmasked: conditionSummary.optional(),
    masked: conditionSummary.optional(),
    corrected: conditionSummary.optional(),
  }),
})

const difference = z.object({
  method: z.string(),
  against: z.string(),
  condition: z.enum(['unmasked', 'masked', 'corrected']),
  deletion: meanEstimate,
  insertion: meanEstimate,
  deletionScore: meanEstimate,
  insertionScore: meanEstimate,
})

/** Measured faithfulness of methods: what `xfmr evaluate --protocol faithfulness --json` prints. */
export const faithfulnessResult = z.object({
  protocol: z.literal('faithfulness'),
  version: z.string(),
  dataset: z.string(),
  date: z.string(),
  pipelines: z.object({ unmasked: z.string(), masked: z.string(), corrected: z.string() }),
  /** From this cosine on a pair counts as accepted. */
  threshold: z.number(),
  /** Pairs that were asked for. */
  pairs: z.number(),
  seed: z.string(),
  /** Pairs without a usable face. */
  failed: z.array(z.string()),
  cutShort: z.boolean(),
  /** The most faithful method that costs little, see `bestCheap`. */
  best: z.string().nullable(),
  methods: z.array(methodSummary),
  differences: z.array(difference),
})

export type FaithfulnessResult = z.infer<typeof faithfulnessResult>
