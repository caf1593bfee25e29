import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XfmrError } from '../errors.ts'
import { evaluationResult } from '../evaluation/result.ts'
import {
  differenceOfRuns,
  parseScores,
  type RunDifference,
  type ScoredRun,
  type ScoredSetting,
} from '../evaluation/run-difference.ts'
import { fixed, percent, signed } from '../report/numbers.ts'
import type { Outcome } from './_command.ts'
import { scoresFile } from './_scores-file.ts'
import { table } from './_table.ts'

/**
 * Compares two folders that `xfmr evaluate --out` wrote.
 * @param setting Only this setting; default: all that both have.
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

type Run = { run: ScoredRun; failurePolicy: 'reject' | 'exclude' }

const readRun = async (folder: string, setting: string | undefined): Promise<Run> => {
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
  const { settings, failurePolicy } = result.data
  const names = settings.map(({ name }) => name)
  if (setting !== undefined && !names.includes(setting)) {
    throw new XfmrError('E_USAGE', `${folder} has no setting ${setting}; it has ${names.join(', ')}.`)
  }
  const chosen = settings.filter(({ name }) => setting === undefined || name === setting)
  const scored = chosen.map(async ({ name, condition, ...numbers }): Promise<ScoredSetting> => {
    const csv = parseScores(await read(scoresFile(name, names.length)), folder)
    const whole = Object.entries(numbers).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    )
    return { ...csv, name, condition, whole: Object.fromEntries(whole) }
  })
  return { run: { name: folder, settings: await Promise.all(scored) }, failurePolicy }
}

const LABELS: Readonly<Record<string, string>> = {
  accuracy: 'accuracy (cross-validated)',
  eer: 'equal error rate',
  fmr10: 'FNMR at FMR 10 %',
  fmr20: 'FNMR at FMR 5 %',
  fmr100: 'FNMR at FMR 1 %',
  fmr1000: 'FNMR at FMR 0.1 %',
  zeroFmr: 'FNMR at FMR 0',
}

const LEGEND = '* can be told from chance: the interval leaves out 0'

const describe = ({ first, second, level, settings, gaps }: RunDifference): string => {
  const head = [first, second, 'difference', `${level * 100} % interval`, '']
  const blocks = settings.map(({ name, differences }) => {
    const rows = Object.entries(differences).map(([key, change]) =>
      changeRow(LABELS[key] ?? key, key, change),
    )
    return table([settings.length > 1 ? name : '', ...head], rows)
  })
  if (gaps.length > 0) {
    const rows = gaps.flatMap(({ masked, bare, relative, ...change }) => {
      const range = relative?.interval?.map(share).join(' to ') ?? ''
      const relativeRow = relative
        ? [['  as a share of the first', '', '', share(relative.change), range, '']]
        : []
      return [changeRow(`${masked} less ${bare}`, 'eer', change), ...relativeRow]
    })
    blocks.push(table(['what masks cost, equal error rate', ...head], rows))
  }
  return [...blocks, LEGEND].join('\n\n')
}

const share = (value: number): string => `${signed(value * 100, 1)} %`

const changeRow = (
  label: string,
  key: string,
  { first, second, difference, interval }: RunDifference['differences'][string],
): string[] => {
  const rate = key in LABELS
  const value = (number: number): string => (rate ? percent(number) : fixed(number))
  const change = (number: number): string => (rate ? signed(number * 100, 2) : signed(number))
  const sure = interval !== null && (interval[0] > 0 || interval[1] < 0)
  const range = interval === null ? '' : `${change(interval[0])} to ${change(interval[1])}`
  return [
    label,
    value(first),
    value(second),
    rate ? `${change(difference)} points` : change(difference),
    range,
    sure ? '*' : '',
  ]
}
