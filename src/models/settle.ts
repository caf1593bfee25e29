import { XfmrError } from '../errors.ts'
import { pixelText } from './card.ts'
import type { ContractOrigins, RecogniserContract } from './contract.ts'
import { type Measurement, USUAL_FACTS } from './experiment.ts'
import type { InputFacts, Inspection } from './inspect.ts'

/** A contract with every fact in place. */
export type Settled = {
  readonly contract: RecogniserContract
  readonly origins: ContractOrigins
  readonly notes: readonly string[]
}

/** The ways to feed a model that its inspection leaves open. One: nothing has to be measured. */
export const openFacts = ({ contract: { channels, mean, scale } }: Inspection): InputFacts[] => {
  const scaled =
    mean === undefined || scale === undefined
      ? USUAL_FACTS
      : USUAL_FACTS.slice(0, 2).map(facts => ({ ...facts, mean, scale }))
  return scaled.filter(facts => channels === undefined || facts.channels === channels)
}

/**
 * Completes a contract from what was measured.
 * @throws XfmrError `E_USAGE` naming the options to give when the measurement does not decide.
 */
export const settle = (inspection: Inspection, measurement?: Measurement): Settled => {
  const open = measurement?.open ?? openFacts(inspection)
  const [facts] = open as [InputFacts]
  if (open.length > 1) throw undecided(open, measurement)
  const origins = { ...inspection.origins }
  for (const fact of ['channels', 'mean', 'scale'] as const) origins[fact] ??= 'measured'
  return {
    contract: { ...inspection.contract, ...facts },
    origins: origins as ContractOrigins,
    notes: [...inspection.notes, ...(measurement ? [account(measurement)] : [])],
  }
}

// --- internal ---

const undecided = (open: readonly InputFacts[], measurement: Measurement | undefined): XfmrError => {
  const options = [
    ...(new Set(open.map(({ channels }) => channels)).size > 1 ? ['--channels rgb|bgr'] : []),
    ...(new Set(open.map(({ scale }) => scale)).size > 1 ? ['--mean and --scale'] : []),
  ].join(', ')
  const advice = `Give ${options}, as the model's documentation says`
  if (!measurement) {
    return new XfmrError(
      'E_USAGE',
      `The graph does not tell how the model wants its pixels. ${advice}; or run "xfmr models pull samples samples-groups" so that it can be measured.`,
    )
  }
  return new XfmrError(
    'E_USAGE',
    `The model does about as well, or badly, in several ways, so xfmr does not guess. ${advice}. ${account(measurement)}`,
    {
      details: { trials: measurement.trials },
    },
  )
}

const account = ({ trials, people, samePairs, differentPairs }: Measurement): string => {
  const list = trials.map(
    ({ facts, separation }, index) => `${index > 0 ? '' : 'best '}${label(facts)} ${separation.toFixed(2)}`,
  )
  const rivals = trials.slice(1).map(({ beatenBy }) => beatenBy)
  const least =
    rivals.length > 0
      ? `; the best one is better for at least ${Math.min(...rivals)} of ${people} people`
      : ''
  return `Measured on sample photos, ${samePairs} same-person and ${differentPairs} different-person pairs, separation by way of feeding: ${list.join(', ')}${least}.`
}

const label = (facts: InputFacts): string => `${facts.channels.toUpperCase()} ${pixelText(facts)}`
