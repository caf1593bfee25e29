import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import { METHOD_IDS, type MethodId } from './methods.ts'

/** A mean with its interval. */
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

const measuredMethod = z.object({
  deletion: estimate
    .optional()
    .describe('Area under the share of pairs still decided right: lower is better'),
  insertion: estimate.optional().describe('The same with the best pixels alone: higher is better'),
  road: estimate.optional().describe('ROAD, least less most relevant first: higher is better'),
  hiding: estimate.optional().describe('How well the map finds a part of another person: higher is better'),
  stability: estimate.optional().describe('Rank correlation with the map of a slightly noisy photo'),
  sanity: estimate
    .extend({ passed: z.boolean() })
    .optional()
    .describe('Likeness to the map of a network with shuffled weights; failed when it hardly changes'),
  passes: z.number().optional().describe('Passes through the network for one face'),
  cost: z.number().optional().describe('Processor time of one map in embeddings'),
})

/**
 * What was measured about methods: `models/faithfulness.json`. Conditions are `unmasked`, `masked` (the judged face wears a mask)
 * and `corrected` (and the network corrects for it).
 */
export const faithfulnessFile = z.object({
  pipeline: z.string(),
  dataset: z.string(),
  date: z.string(),
  conditions: z.record(
    z.string(),
    z.object({ pairs: z.number(), methods: z.record(z.string(), measuredMethod) }),
  ),
})

export type FaithfulnessFile = z.infer<typeof faithfulnessFile>
export type MeasuredMethod = z.infer<typeof measuredMethod>

/** @throws XfmrError `E_READ` when the text is no such file */
export const parseFaithfulness = (text: string, name: string): FaithfulnessFile => {
  try {
    return faithfulnessFile.parse(JSON.parse(text))
  } catch (cause) {
    throw new XfmrError('E_READ', `${name} holds no measurements of explanation methods.`, { cause })
  }
}

/** What one method did in a condition; nothing where it was not measured. */
export const measuredOf = (
  file: FaithfulnessFile | undefined,
  condition: string,
  method: MethodId,
): MeasuredMethod | undefined => file?.conditions[condition]?.methods[method]

/**
 * The method with the largest insertion less deletion, averaged over all conditions of the file, among those that did not fail
 * the sanity check and fit into a number of passes; where nothing was measured, `layercam`. One that was not measured
 * everywhere does not take part: a few pairs of one condition tell little.
 */
export const bestMethod = (
  file: FaithfulnessFile | undefined,
  passes = Number.POSITIVE_INFINITY,
): MethodId => {
  const conditions = Object.keys(file?.conditions ?? {})
  const ranked = METHOD_IDS.flatMap(method => {
    const found = conditions.map(condition => measuredOf(file, condition, method))
    const gains = found.map(measured => {
      const { deletion, insertion, sanity } = measured ?? {}
      if (!deletion || !insertion || sanity?.passed === false) return Number.NaN
      return (measured?.passes ?? 0) > passes ? Number.NaN : insertion.value - deletion.value
    })
    const gain = gains.reduce((sum, value) => sum + value, 0) / gains.length
    return Number.isNaN(gain) ? [] : [{ method, gain }]
  })
  return ranked.toSorted((a, b) => b.gain - a.gain)[0]?.method ?? 'layercam'
}
