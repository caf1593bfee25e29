import { XfmrError } from '../errors.ts'
import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import { modelStore } from '../models/node.ts'
import { type OpenOptions, openXfmr } from '../node.ts'
import { modelFacts } from '../report/models.ts'
import { SCORES, type Xfmr } from '../xfmr.ts'
import { type RunTask, taskRunner } from './task.ts'

/** What every worker opens its models with. Crosses to threads as it is. */
export type OpenTasksSettings = {
  readonly open: Omit<OpenOptions, 'store' | 'onProgress'>
  readonly calibrations: readonly CalibrationFile[]
  readonly maxPixels: number
}

/** What a worker works with. */
export type PipelineFacts = Pick<Xfmr, 'pipeline' | 'unmask'> & {
  readonly models: ReturnType<typeof modelFacts>
}

export type OpenedTasks = {
  readonly run: RunTask
  readonly about: PipelineFacts
  close(): Promise<void>
}

/** Opens the models of the local store for a worker. @throws XfmrError as `openXfmr` does */
export const openTasks = async ({
  open,
  calibrations,
  maxPixels,
}: OpenTasksSettings): Promise<OpenedTasks> => {
  const { default: sharp } = await import('sharp')
  // There are as many workers as cores: threads inside one decoder only get in each other's way. No photo comes twice.
  sharp.concurrency(1)
  sharp.cache(false)
  const store = modelStore(open)
  const xfmr = await openXfmr({ ...open, store })
  const { pipeline, unmask, models } = xfmr
  const known = SCORES.map(score => xfmr.scoreId(score))
  for (const { pipeline: other } of calibrations)
    if (!known.includes(other))
      throw new XfmrError(
        'E_BAD_CALIBRATION',
        `The calibration is of the pipeline "${other}"; the server works with "${known.join('" and "')}".`,
      )
  return {
    run: taskRunner({ xfmr, store, calibrations, maxPixels }),
    about: { pipeline, unmask, models: modelFacts(models) },
    close: xfmr.release,
  }
}
