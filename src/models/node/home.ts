import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The folder that holds models: `XFMR_HOME`, or the cache folder of the platform
 * (`$XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`) with `xfmr` in it.
 */
export const defaultHome = (
  env: Environment = process.env,
  platform: string = process.platform,
  user: string = homedir(),
): string => {
  if (env.XFMR_HOME) return resolve(env.XFMR_HOME)
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(user, 'AppData', 'Local'), 'xfmr', 'Cache')
  if (platform === 'darwin') return join(user, 'Library', 'Caches', 'xfmr')
  return join(env.XDG_CACHE_HOME || join(user, '.cache'), 'xfmr')
}
