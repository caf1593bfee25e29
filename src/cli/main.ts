import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, renderUsage, runCommand } from 'citty'
import packageJson from '../../package.json' with { type: 'json' }
import { errorToJson, XfmrError } from '../errors.ts'
import { examplesOf, type RunState, type Terminal } from './_command.ts'
import { commands } from './commands/index.ts'
import { SUMMARIES } from './commands/summaries.ts'

/**
 * Runs the command line. Never throws.
 * @param argv Words after the program's name.
 * @returns The exit code: 0 done (or same person), 1 different persons, 2 error.
 */
export const main = async (
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> => {
  const state: RunState = { terminal, exitCode: 0 }
  try {
    if (argv.includes('--version') && argv.length === 1) {
      terminal.out(`${packageJson.version}\n`)
      return 0
    }
    const { path, found } = await resolve(argv)
    const words = argv.slice(path.length)
    const options = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined)
    const bare = found.subCommands && words.length === 0
    if (options.includes('--help') || options.includes('-h') || bare) {
      const text = await help(found, path)
      terminal.out(terminal.colours ? text : stripVTControlCharacters(text))
      return 0
    }
    if (found.subCommands) {
      const known = Object.keys(found.subCommands).join(', ')
      throw new XfmrError('E_USAGE', `Unknown command "${words[0]}". Commands here: ${known}.`)
    }
    await runCommand(found, { rawArgs: [...words], data: state })
    return state.exitCode
  } catch (error) {
    return report(error, argv.includes('--json'), terminal)
  }
}

// --- internal ---

const root: CommandDef<ArgsDef> = {
  meta: { name: 'xfmr', description: 'Explainable face mask recognition: compare two faces and see why' },
  subCommands: commands,
}

const processTerminal = (): Terminal => ({
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
  interactive: Boolean(process.stderr.isTTY),
  colours: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR,
})

const resolve = async (argv: readonly string[]): Promise<{ path: string[]; found: CommandDef<ArgsDef> }> => {
  const path: string[] = []
  let found = root
  for (const word of argv) {
    const table = (await settle(found.subCommands)) ?? {}
    if (!Object.hasOwn(table, word)) break
    found = (await settle(table[word])) as CommandDef<ArgsDef>
    path.push(word)
  }
  return {
    path,
    found: { ...found, ...(found.subCommands ? { subCommands: await settle(found.subCommands) } : {}) },
  }
}

const settle = async <T>(value: T | Promise<T> | (() => T | Promise<T>)): Promise<T> =>
  typeof value === 'function' ? (value as () => T | Promise<T>)() : value

const help = async (found: CommandDef<ArgsDef>, path: readonly string[]): Promise<string> => {
  const parent = path.length > 0 ? { meta: { name: ['xfmr', ...path.slice(0, -1)].join(' ') } } : undefined
  const usage = await renderUsage(path.length > 0 ? found : overview(), parent)
  const examples = await examplesFor(found, path)
  const width = Math.max(0, ...examples.map(([line]) => line.length))
  const lines = examples.map(([line, effect]) => `  ${line.padEnd(width)}   ${effect}`)
  return lines.length > 0 ? `${usage}\n\nEXAMPLES\n\n${lines.join('\n')}\n` : `${usage}\n`
}

/** The root with stand-ins for its commands: rendering the list must not load them. */
const overview = (): CommandDef<ArgsDef> => ({
  ...root,
  subCommands: Object.fromEntries(
    Object.entries(SUMMARIES).map(([name, description]) => [name, { meta: { name, description } }]),
  ),
})

const examplesFor = async (found: CommandDef<ArgsDef>, path: readonly string[]) => {
  let current: CommandDef<ArgsDef> = root
  for (const word of path)
    current = (await settle((await settle(current.subCommands))?.[word])) as CommandDef<ArgsDef>
  return examplesOf.get(current) ?? examplesOf.get(found) ?? []
}

const report = (error: unknown, json: boolean, terminal: Terminal): number => {
  const problem = fromCitty(error)
  if (json) terminal.out(`${JSON.stringify({ error: errorToJson(problem) })}\n`)
  const { code, message } = errorToJson(problem)
  terminal.err(`xfmr: ${message} [${code}]\n`)
  if (code === 'E_INTERNAL' && process.env.XFMR_DEBUG && problem instanceof Error)
    terminal.err(`${problem.stack}\n`)
  return 2
}

/** citty's own complaints (missing argument, bad enum) are usage errors of ours. */
const fromCitty = (error: unknown): unknown =>
  error instanceof Error && error.name === 'CLIError'
    ? new XfmrError('E_USAGE', `${error.message}. See --help.`)
    : error
