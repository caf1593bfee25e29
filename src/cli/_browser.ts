import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

/** Shows a file or an address in the default browser. Where there is none, nothing happens: the caller has printed the path. */
export const openInBrowser = (target: string): void => {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program!, [...words, /^https?:/.test(target) ? target : resolve(target)], {
    detached: true,
    stdio: 'ignore',
  })
  child.on('error', () => {})
  child.unref()
}

// --- internal ---

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer'],
}
