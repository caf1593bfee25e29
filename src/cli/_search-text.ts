import type { SearchRates, SearchResult } from '../gallery/schema.ts'
import { plural, shown } from './_gallery.ts'
import { table } from './_table.ts'

/** A search for a terminal: who it may be, from which score on that counts, and how often that is wrong. */
export const searchText = ({ probe, gallery, method, threshold, candidates }: SearchResult): string => {
  const rows = candidates.map(({ rank, subject, similarity, decision, fpir, example }) => [
    rank,
    shown(subject),
    similarity.toFixed(3),
    decision ?? '',
    fpir === null ? '' : share(fpir),
    `${shown(example.source ?? example.id)}${example.mask?.worn ? ' (masked)' : ''}`,
  ])
  const list =
    rows.length === 0
      ? 'Nobody is enrolled.'
      : table(['', 'subject', 'similarity', 'decision', 'FPIR', 'matched face'], rows)
  const masked = probe.mask?.worn ? ', wearing a mask' : ''
  const among = `${plural(gallery.examples, 'face')} of ${plural(gallery.subjects, 'subject')}`
  return [
    `${shown(probe.photo ?? 'An embedding')}${masked}, among ${among}${method === 'hnsw' ? ' (by the index)' : ''}:`,
    list,
    sayThreshold(threshold),
  ].join('\n')
}

// --- internal ---

const sayThreshold = (threshold: SearchResult['threshold']): string => {
  if (!threshold)
    return 'No calibration of this pipeline is known, so nothing is called a match. See --calibration.'
  const { value, chosen, wantedFpir, rates } = threshold
  const why =
    chosen === 'given'
      ? 'as given'
      : chosen === 'fpir'
        ? `for an FPIR of ${share(wantedFpir!)}`
        : `the strictest that the calibration can vouch for: an FPIR of ${share(wantedFpir!)} among so many faces is beyond it`
  return `Matches from ${value.toFixed(3)}, ${why}. ${rates ? sayRates(rates) : ''}`.trim()
}

const sayRates = ({ fpir, fpirInterval, measured, conditions }: SearchRates): string => {
  const [low, high] = fpirInterval
  const sets = [...new Set(conditions.map(({ calibration }) => calibration.name))].join('; ')
  const rate = measured
    ? `${share(fpir)} of strangers would be taken for somebody (${share(low)} to ${share(high)})`
    : `at most ${share(high)} of strangers would be taken for somebody`
  const misses = conditions.map(({ condition, fnmr }) => `${share(fnmr)} ${condition}`).join(', ')
  return `There ${rate}, if comparisons are independent; the right person would be missed in ${misses}. Measured on ${sets}.`
}

const share = (rate: number): string => `${Number((rate * 100).toPrecision(2))} %`
