import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XfmrError } from '../errors.ts'
import { evaluationResult } from '../evaluation/result.ts'
import {
  differenceOfRuns,
  parseScoredRun,
  type RunDifference,
  type ScoredRun,
} from '../evaluation/run-difference.ts'
import { fixed, percent, signed } from '../report/numbers.ts'
import type { Outcome } from './_command.ts'
import { scoresFile } from './_scores-file.ts'
import { table } from './_table.ts'

/**
 * Compares two folders that `xfmr evaluate --out` wrote.
 * @param setting Which setting, where the runs have several.
 * @throws XfmrError `E_NOT_FOUND` when there is no evaluation in a folder, `E_BAD_PAIRS` when their pairs differ.
 */
export const compareRuns = async (
  folders: readonly [first: string, second: string],
  setting: string | undefined,
  options: { resamples: number; seed: string },
): Promise<Outcome> => {
  const [first, second] = await Promise.all(folders.map(folder => readRun(folder, setting)))
  if (first!.failurePolicy !== second!.failurePolicy) {
    throw new XfmrError(
      'E_USAGE',
      "The two runs count comparisons without a face differently (--failures), so they can't be compared.",
    )
  }
  const json = differenceOfRuns(first!.run, second!.run, { ...options, failurePolicy: first!.failurePolicy })
  return { json, text: describe(json) }
}

// --- internal ---

const readRun = async (
  folder: string,
  setting: string | undefined,
): Promise<{ run: ScoredRun; failurePolicy: 'reject' | 'exclude' }> => {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((cause: Error) => {
      throw new XfmrError(
        'E_NOT_FOUND',
        `${folder} holds no evaluation: ${name} can't be read. Give a folder that "xfmr evaluate --out" wrote.`,
        { cause },
      )
    })
  const result = evaluationResult.safeParse(JSON.parse(await read('result.json')))
  if (!result.success)
    throw new XfmrError('E_READ', `${join(folder, 'result.json')} is not the result of an evaluation.`, {
      cause: result.error,
    })
  const names = result.data.settings.map(({ name }) => name)
  const chosen = setting ?? (names.length === 1 ? names[0]! : undefined)
  if (chosen === undefined || !names.includes(chosen)) {
    throw new XfmrError('E_USAGE', `Choose a setting of ${folder} with --setting: ${names.join(', ')}.`)
  }
  const csv = await read(scoresFile(chosen, names.length))
  return { run: parseScoredRun(csv, folder), failurePolicy: result.data.failurePolicy }
}

const LABELS: Readonly<Record<string, string>> = {
  eer: 'equal error rate',
  fmr10: 'FNMR at FMR 10 %',
  fmr20: 'FNMR at FMR 5 %',
  fmr100: 'FNMR at FMR 1 %',
  fmr1000: 'FNMR at FMR 0.1 %',
  zeroFmr: 'FNMR at FMR 0',
}

const describe = ({ first, second, level, differences }: RunDifference): string => {
  const rows = Object.entries(differences).map(([key, { first, second, difference, interval }]) => {
    const rate = key in LABELS
    const value = (number: number): string => (rate ? percent(number) : fixed(number))
    const change = (number: number): string => (rate ? signed(number * 100, 2) : signed(number))
    const sure = interval !== null && (interval[0] > 0 || interval[1] < 0)
    const range = interval === null ? '' : `${change(interval[0])} to ${change(interval[1])}`
    return [
      LABELS[key] ?? key,
      value(first),
      value(second),
      rate ? `${change(difference)} points` : change(difference),
      range,
      sure ? '*' : '',
    ]
  })
  return [
    table(['', first, second, 'difference', `${level * 100} % interval`, ''], rows),
    '',
    '* can be told from chance: the interval leaves out 0',
  ].join('\n')
}
