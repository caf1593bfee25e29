import type { LoadedModel } from '../../xfmr.ts'
import { entryOf } from '../catalogue.ts'
import type { ModelStore } from '../store.ts'
import { modelFile, ownModel } from './own.ts'

/**
 * Which landmark model finds the points: `original`, the one of the catalogue; `tuned`, the one of xfmr, which learnt from it to find
 * them under masks, too; anything else is the path of a model that `xfmr train landmarks` wrote.
 */
export type LandmarkChoice = 'original' | 'tuned' | (string & {})

export const DEFAULT_LANDMARKS: LandmarkChoice = 'original'

/** Reads a landmark model. @throws XfmrError as the store does, `E_NOT_FOUND` for a file that is not there, `E_MODEL_MISSING` */
export const landmarkModel = async (
  store: ModelStore,
  choice: LandmarkChoice = DEFAULT_LANDMARKS,
): Promise<LoadedModel> => {
  if (choice === 'tuned') return ownModel('landmarks')
  if (choice !== 'original') return modelFile(choice)
  const name = 'landmarks'
  return { name, sha256: entryOf(name).files[0]!.sha256, bytes: await store.bytes(name) }
}
