import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import { withLock } from '../models/node/lock.ts'

/** What a key allows: asking (compare, search, ...), adding faces, everything. */
export const SCOPES = ['read', 'enrol', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** An API key as it is kept: its secret only as a SHA-256. */
export type StoredKey = z.infer<typeof storedKey>

/**
 * Where keys are kept when nobody says: `XFMR_KEYS`, or `xfmr/keys.json` in the platform's folder for settings. Not beside the models, whose
 * folder is a cache that may be emptied.
 */
export const defaultKeysFile = (
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  user: string = homedir(),
): string => {
  if (env.XFMR_KEYS) return resolve(env.XFMR_KEYS)
  const settings =
    platform === 'win32'
      ? env.APPDATA || join(user, 'AppData', 'Roaming')
      : platform === 'darwin'
        ? join(user, 'Library', 'Application Support')
        : env.XDG_CONFIG_HOME || join(user, '.config')
  return join(settings, 'xfmr', 'keys.json')
}

/**
 * Makes a key. It is shown once and can't be read back: the file has its SHA-256. A slow hash would add nothing, as the secret has 256 random
 * bits and can't be guessed.
 * @throws XfmrError `E_WRITE`, `E_READ`
 */
export const addKey = async (
  file: string,
  { name, scopes }: { name: string; scopes: readonly Scope[] },
): Promise<{ key: string; stored: StoredKey }> => {
  const secret = randomBytes(32)
  const stored: StoredKey = {
    id: randomBytes(6).toString('hex'),
    name,
    scopes: SCOPES.filter(scope => scopes.includes(scope)),
    sha256: digest(secret).toString('hex'),
    created: new Date().toISOString(),
  }
  await change(file, keys => [...keys, stored])
  return { key: `xfmr_${stored.id}_${secret.toString('base64url')}`, stored }
}

/** Removes a key for good. @throws XfmrError `E_NOT_FOUND` when there is no key with this id */
export const revokeKey = async (file: string, id: string): Promise<StoredKey> => {
  let revoked: StoredKey | undefined
  await change(file, keys => {
    revoked = keys.find(key => key.id === id)
    if (!revoked) throw new XfmrError('E_NOT_FOUND', `There is no key ${id}. See "xfmr keys list".`)
    return keys.filter(key => key.id !== id)
  })
  return revoked!
}

/** All keys of a file; none where there is no file. @throws XfmrError `E_READ` when it is damaged */
export const readKeys = async (file: string): Promise<StoredKey[]> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new XfmrError('E_READ', `Can't read the keys in ${file}: ${(cause as Error).message}`, { cause })
  }
  try {
    return keysFile.parse(JSON.parse(text)).keys
  } catch (cause) {
    throw new XfmrError('E_READ', `${file} is damaged. Restore it, or delete it and make new keys.`, {
      cause,
    })
  }
}

/** Checks the keys of requests. */
export type KeyRing = {
  /** The key that a text is, or `undefined`. Takes the same time whether a key is unknown or its secret is wrong. */
  find(text: string): StoredKey | undefined
}

export const keyRing = (keys: readonly StoredKey[]): KeyRing => {
  const byId = new Map(keys.map(key => [key.id, { key, sha256: Buffer.from(key.sha256, 'hex') }]))
  const nobody = { key: undefined, sha256: randomBytes(32) }
  return {
    find: text => {
      const [, id = '', secret = ''] = KEY.exec(text) ?? []
      const { key, sha256 } = byId.get(id) ?? nobody
      return timingSafeEqual(digest(Buffer.from(secret, 'base64url')), sha256) ? key : undefined
    },
  }
}

/** A key ring that follows its file: a revoked key is refused from the next second on. */
export const watchedKeys = async (
  file: string,
  onError: (error: unknown) => void,
): Promise<() => Promise<KeyRing>> => {
  let version = await versionOf(file)
  let ring = keyRing(await readKeys(file))
  let checked = Date.now()
  return async () => {
    if (Date.now() - checked < 1000) return ring
    checked = Date.now()
    const now = await versionOf(file)
    if (now === version) return ring
    try {
      ring = keyRing(await readKeys(file))
      version = now
    } catch (error) {
      onError(error)
    }
    return ring
  }
}

/** Whether a key with these scopes may do what needs `needed`. */
export const allows = ({ scopes }: Pick<StoredKey, 'scopes'>, needed: Scope): boolean =>
  scopes.includes('admin') || scopes.includes(needed)

// --- internal ---

const KEY = /^xfmr_([0-9a-f]{12})_([\w-]{43})$/

const storedKey = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.iso.datetime(),
})

const keysFile = z.object({ version: z.literal(1), keys: z.array(storedKey) })

const digest = (secret: Uint8Array): Buffer => createHash('sha256').update(secret).digest()

const change = async (file: string, edit: (keys: StoredKey[]) => StoredKey[]): Promise<void> => {
  const folder = dirname(file)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new XfmrError('E_WRITE', `Can't make the folder ${folder}: ${(cause as Error).message}`, { cause })
  }
  await withLock(folder, async () => {
    const keys = edit(await readKeys(file))
    const partial = `${file}.${process.pid}.partial`
    try {
      await writeFile(partial, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, { mode: 0o600 })
      // The mode above only counts where the file is new.
      await chmod(partial, 0o600)
      await rename(partial, file)
    } catch (cause) {
      throw new XfmrError('E_WRITE', `Can't write ${file}: ${(cause as Error).message}`, { cause })
    }
  })
}

const versionOf = async (file: string): Promise<string> => {
  const info = await stat(file).catch(() => undefined)
  return info ? `${info.ino} ${info.mtimeMs} ${info.size}` : 'none'
}
