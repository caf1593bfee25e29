import { duration, fixed, oneIn, percent, plain, whole } from './numbers.ts'
import type { CompareResult } from './schema.ts'
import { shownSum, sumLine } from './sums.ts'
import {
  conditionWords,
  evidenceWords,
  masksNote,
  regionWords,
  SCORE_NAMES,
  scoreRank,
  VERDICT_WORDS,
} from './words.ts'

/** What a comparison found, in plain lines for a terminal: verdict first, then its errors, then where it came from. */
export const resultText = (result: CompareResult): string => {
  const lines = [...verdictLines(result), ...explanationLines(result), '', timingLine(result)]
  return lines.map(line => folded(plain(line))).join('\n')
}

// --- internal ---

const COLUMNS = 100

/** Breaks a line between words, so that it fits a terminal. */
const folded = (line: string): string => {
  const lines = ['']
  for (const word of line.split(' ')) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + word.length < COLUMNS) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}

const verdictLines = (result: CompareResult): string[] => {
  const { verdict, score, threshold } = result
  const { calibration, intervals, fmr, fnmr } = threshold
  const side = verdict === 'same' ? 'reaches' : 'is below'
  const level = Math.round(intervals.level * 100)
  const range = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)}`
  const { often, among } = evidenceWords(result)
  return [
    `${VERDICT_WORDS[verdict]}: the ${SCORE_NAMES[score.by]} of ${fixed(score[score.by])} ${side} the threshold of ${fixed(threshold.value)}.`,
    '',
    `At this threshold ${oneIn(fmr) ?? `none of ${whole(calibration.impostor)}`} pairs of different people would pass (FMR ${percent(fmr)}, ${level} % interval ${range(intervals.fmr)}), and ${oneIn(fnmr) ?? `none of ${whole(calibration.genuine)}`} pairs of the same person would be turned away (FNMR ${percent(fnmr)}, ${range(intervals.fnmr)}).`,
    `Such a score is ${often} more common among ${among}. ${scoreRank(result)}`,
    `Measured on ${calibration.name}, ${conditionWords(threshold.condition)}. ${masksNote(result)}`,
  ]
}

const explanationLines = (result: CompareResult): string[] => {
  const { contributions, score } = result
  const words = [
    '',
    ...regionWords(result),
    `Explainable cosine ${fixed(score.xcos)}, cosine ${fixed(score.cosine)}. A cell sees much of the face around it: these are places in the arithmetic of the network, not causes.`,
  ]
  if (!contributions) return words
  const line = (side: 'a' | 'b'): string =>
    `${side.toUpperCase()}: ${sumLine(shownSum(contributions[side], contributions.bias[side], score.cosine, contributions.exact))}`
  return [...words, line('a'), line('b')]
}

const timingLine = ({ timings }: CompareResult): string => {
  const { find, align, embed, xcos, explain } = timings
  const steps = [
    `find ${duration(find)}`,
    `align ${duration(align)}`,
    `embed ${duration(embed)}`,
    `xCos ${duration(xcos)}`,
    ...(explain === undefined ? [] : [`explain ${duration(explain)}`]),
  ]
  return `Time: ${steps.join(', ')}`
}
