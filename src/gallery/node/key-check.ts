import { XfmrError } from '../../errors.ts'
import type { Queryable } from './database.ts'
import type { Sealer } from './seal.ts'

/** What a new gallery keeps to know its key by: a known text, sealed. Base64. */
export const makeKeyCheck = (sealer: Sealer): string =>
  Buffer.from(sealer.seal(Buffer.from('xfmr gallery'), PLACE)).toString('base64')

/**
 * Checks that the key fits the gallery.
 * @param sealer absent without a key
 * @throws XfmrError `E_GALLERY_KEY`
 */
export const checkKey = async (database: Queryable, s: string, sealer: Sealer | undefined): Promise<void> => {
  const [row] = await database.query<{ key_check: Uint8Array | null }>(`select key_check from ${s}.gallery`)
  const check = row!.key_check
  if (check && !sealer) {
    throw new XfmrError(
      'E_GALLERY_KEY',
      'This gallery is encrypted. Give its key: the file with --key-file, or the key itself in XFMR_GALLERY_KEY.',
    )
  }
  if (!check && sealer) {
    throw new XfmrError(
      'E_GALLERY_KEY',
      'This gallery is not encrypted, but a key was given. Leave it out; or make a new gallery with the key, export this one and import it there.',
    )
  }
  if (!check || !sealer) return
  try {
    sealer.open(check, PLACE)
  } catch (cause) {
    throw new XfmrError('E_GALLERY_KEY', 'This key is not the one that the gallery was encrypted with.', {
      cause,
    })
  }
}

// --- internal ---

const PLACE = 'gallery key'
