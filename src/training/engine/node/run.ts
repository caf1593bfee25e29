import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { Checkpoint, LogRow, Run } from '../fit.ts'
import { lossCurve } from '../loss-curve.ts'
import { readCheckpoint, writeCheckpoint, writeError } from './checkpoint-file.ts'

/** Everything that decides what a training comes to, as JSON: model, data, loss, optimiser, seed, threads, ... */
export type RunConfig = Readonly<Record<string, unknown>>

export type RunOptions = {
  /** Where the files go, such as `runs/eum-srt`. */
  readonly folder: string
  readonly config: RunConfig
  /** Go on with the run in the folder, instead of refusing to touch it. */
  readonly resume?: boolean
}

/**
 * A run on disk: `config.json`, `metrics.jsonl` (a row for some steps and every epoch), `loss.svg`, the two newest
 * checkpoints (`checkpoint-<steps>.bin`) and the best one (`best.bin`).
 * @throws XfmrError `E_WRITE` when the folder already holds a run and `resume` is not set, or can't be written; `E_USAGE`
 * when the run to go on with has other settings, which are named
 */
export const openRun = async ({ folder, config, resume = false }: RunOptions): Promise<Run> => {
  const configFile = join(folder, 'config.json')
  const metricsFile = join(folder, 'metrics.jsonl')
  const bestFile = join(folder, 'best.bin')
  const written = JSON.parse(JSON.stringify(config)) as RunConfig
  if (existsSync(configFile)) {
    if (!resume) {
      throw new XfmrError(
        'E_WRITE',
        `${folder} already holds a run. Go on with it (--resume), or choose another name.`,
      )
    }
    refuseOthers(folder, JSON.parse(await readFile(configFile, 'utf8')), written)
  }
  await guarded(folder, async () => {
    await mkdir(folder, { recursive: true })
    await replaceFile(configFile, `${JSON.stringify(written, null, 2)}\n`)
  })
  let last: string | undefined
  const rows: LogRow[] = []

  return {
    get last() {
      return last
    },
    resume: async () => {
      const found = await newestCheckpoint(folder)
      last = found?.path
      const steps = found?.checkpoint.state.steps ?? 0
      rows.splice(0, rows.length, ...(await readRows(metricsFile)).filter(({ step }) => step <= steps))
      await guarded(metricsFile, () => replaceFile(metricsFile, rows.map(asLine).join('')))
      return found?.checkpoint
    },
    log: row => {
      rows.push(row)
      return guarded(metricsFile, () => appendFile(metricsFile, asLine(row)))
    },
    save: async checkpoint => {
      const path = join(folder, checkpointName(checkpoint.state.steps))
      try {
        await writeCheckpoint(path, checkpoint)
      } catch (error) {
        if (!(error instanceof XfmrError) || !last) throw error
        throw new XfmrError(error.code, `${error.message} The last good checkpoint is ${last}.`, {
          cause: error,
          details: { checkpoint: last },
        })
      }
      last = path
      for (const name of (await checkpointNames(folder)).slice(KEPT)) await rm(join(folder, name))
      const curve = lossCurve(rows)
      if (curve) await guarded(folder, () => replaceFile(join(folder, 'loss.svg'), curve))
    },
    saveBest: state =>
      writeCheckpoint(bestFile, { state, standing: { sums: {}, best: null, validation: {} } }),
    best: async () => (existsSync(bestFile) ? (await readCheckpoint(bestFile)).state : undefined),
  }
}

/** The log of a run; a last line that was cut short is left out. */
export const readRows = async (file: string): Promise<LogRow[]> => {
  const text = existsSync(file) ? await readFile(file, 'utf8') : ''
  const lines = text.split('\n')
  // Only what ends with a line break was written whole.
  return lines.slice(0, -1).map(line => JSON.parse(line) as LogRow)
}

// --- internal ---

/** Checkpoints that stay: the newest, and one to fall back on when that is damaged. */
const KEPT = 2

const asLine = (row: LogRow): string => `${JSON.stringify(row)}\n`

const checkpointName = (steps: number): string => `checkpoint-${String(steps).padStart(8, '0')}.bin`

/** Newest first. */
const checkpointNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder))
    .filter(name => /^checkpoint-\d+\.bin$/.test(name))
    .sort((a, b) => b.localeCompare(a))

const newestCheckpoint = async (
  folder: string,
): Promise<{ path: string; checkpoint: Checkpoint } | undefined> => {
  let failure: unknown
  for (const name of await checkpointNames(folder)) {
    const path = join(folder, name)
    try {
      return { path, checkpoint: await readCheckpoint(path) }
    } catch (error) {
      failure ??= error
    }
  }
  // Starting anew without a word would throw away what the user asked to go on with.
  if (failure) throw failure
  return undefined
}

const replaceFile = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.partial`, text)
  await rename(`${path}.partial`, path)
}

const guarded = async (path: string, write: () => Promise<void>): Promise<void> => {
  try {
    await write()
  } catch (cause) {
    throw writeError(path, cause)
  }
}

const refuseOthers = (folder: string, before: unknown, now: unknown): void => {
  const differing = differences(before, now)
  if (differing.length === 0) return
  throw new XfmrError(
    'E_USAGE',
    `The run in ${folder} was made with other settings and can't go on with these: ${differing.join('; ')}. ` +
      'Use its settings, or choose another name.',
    { details: { differing } },
  )
}

/** `optimiser.momentum: 0.9, now 0.8` for every value that differs. */
const differences = (before: unknown, now: unknown, path = ''): string[] => {
  if (isObject(before) && isObject(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    return keys.flatMap(key => differences(before[key], now[key], path ? `${path}.${key}` : key))
  }
  const [old, fresh] = [before, now].map(value => JSON.stringify(value) ?? 'not given')
  return old === fresh ? [] : [`${path}: ${old}, now ${fresh}`]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
