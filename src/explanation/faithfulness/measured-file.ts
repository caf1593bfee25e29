import { bestMethod, type FaithfulnessFile as MeasuredFile, type MeasuredMethod } from '../measured.ts'
import type { MethodId } from '../methods.ts'
import type { MeanEstimate } from './estimate.ts'
import { CONDITIONS } from './row.ts'
import type { MethodSummary } from './summary.ts'

/** What a default may cost, in passes through the network. */
const CHEAP = 10

/** The part of a study that explanations quote, as `models/faithfulness.json` has it. */
export const measuredFile = (
  methods: readonly MethodSummary[],
  facts: Pick<MeasuredFile, 'pipeline' | 'dataset' | 'date'>,
): MeasuredFile => ({
  ...facts,
  conditions: Object.fromEntries(
    CONDITIONS.flatMap(condition => {
      const here = methods.filter(({ conditions }) => conditions[condition])
      if (here.length === 0) return []
      const pairs = Math.max(...here.map(({ conditions }) => conditions[condition]!.deletion.pairs))
      const entries = here.map(method => [method.id, measuredMethod(method, condition)] as const)
      return [[condition, { pairs, methods: Object.fromEntries(entries) }] as const]
    }),
  ),
})

/** The most faithful method that costs little; `null` where none was measured. */
export const bestCheap = (file: MeasuredFile): MethodId | null => {
  const measured = Object.keys(file.conditions.unmasked?.methods ?? {})
  const best = bestMethod(file, CHEAP)
  return measured.includes(best) ? best : null
}

// --- internal ---

const measuredMethod = (
  { conditions, hiding, stability, sanity, passes, cost }: MethodSummary,
  condition: (typeof CONDITIONS)[number],
): MeasuredMethod => {
  const { deletion, insertion, road } = conditions[condition]!
  return {
    deletion: estimate(deletion),
    insertion: estimate(insertion),
    road: estimate(road),
    ...(condition === 'unmasked' && hiding && { hiding: estimate(hiding.finds) }),
    ...(stability && { stability: estimate(stability) }),
    ...(sanity && { sanity: { ...estimate(sanity.signed), passed: sanity.passed } }),
    passes,
    cost,
  }
}

/** Without an interval the value stands for its ends. */
const estimate = ({ value, interval }: MeanEstimate) => ({
  value,
  low: interval?.[0] ?? value,
  high: interval?.[1] ?? value,
})
