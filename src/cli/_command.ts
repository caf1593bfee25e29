import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty'
import { XfmrError } from '../errors.ts'

/** Where a command's words go. Tests replace it; nothing else in the CLI touches `process.stdout`. */
export type Terminal = {
  out(text: string): void
  err(text: string): void
  /** True when a person watches: progress bars are welcome. */
  readonly interactive: boolean
  /** True when stdout shows colours. */
  readonly colours?: boolean
}

/** What a command found. `json` is printed with `--json`, `text` without it. */
export type Outcome = {
  readonly json: unknown
  readonly text: string
  /** 0 unless the command says otherwise (`compare`: 1 = different people). */
  readonly exitCode?: number
}

export type Definition<T extends ArgsDef> = {
  name: string
  description: string
  /** Complete command lines, each with what it does. */
  examples: readonly (readonly [line: string, effect: string])[]
  args: T
  /** True when further words after the last positional belong to the command (several photos). */
  rest?: boolean
  /**
   * Does the work. Heavy modules are imported inside, so that `--help` stays instant.
   * Streaming commands print through the terminal themselves and return `undefined`, or an exit code.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a streaming command may simply end
  run(args: ParsedArgs<T>, terminal: Terminal): Promise<Outcome | number | void>
}

/** Passed through citty to every command. */
export type RunState = { terminal: Terminal; exitCode: number }

const COMMON = {
  json: { type: 'boolean', description: 'Print the result (or the error) as JSON' },
} as const satisfies ArgsDef

/** Examples by command, for the help text. */
export const examplesOf = new WeakMap<object, Definition<ArgsDef>['examples']>()

/** Defines a leaf command: adds `--json`, refuses unknown options and spare words, prints the outcome. */
export const command = <const T extends ArgsDef>(definition: Definition<T>): CommandDef<ArgsDef> => {
  const args: ArgsDef = { ...definition.args, ...COMMON }
  const defined = defineCommand<ArgsDef>({
    meta: { name: definition.name, description: definition.description },
    args,
    run: async context => {
      const state = context.data as RunState
      checkUsage(args, context.args, definition.rest ?? false)
      const outcome = await definition.run(context.args as ParsedArgs<T>, state.terminal)
      if (typeof outcome === 'number') state.exitCode = outcome
      else if (outcome) {
        state.exitCode = outcome.exitCode ?? 0
        state.terminal.out(context.args.json ? `${JSON.stringify(outcome.json)}\n` : `${outcome.text}\n`)
      }
    },
  })
  examplesOf.set(defined, definition.examples as Definition<ArgsDef>['examples'])
  return defined
}

/** Parses a number option. @throws XfmrError `E_USAGE` when it is none or lies outside the range. */
export const numberOption = (
  name: string,
  value: string | undefined,
  {
    fallback,
    min = -Infinity,
    max = Infinity,
    integer = false,
  }: { fallback: number; min?: number; max?: number; integer?: boolean },
): number => {
  if (value === undefined) return fallback
  const number = Number(value)
  if (value.trim() !== '' && number >= min && number <= max && (!integer || Number.isInteger(number)))
    return number
  const kind = integer ? 'a whole number' : 'a number'
  throw new XfmrError('E_USAGE', `--${name} takes ${kind} from ${min} to ${max}, not "${value}".`)
}

/** Parses an option with a fixed set of values. @throws XfmrError `E_USAGE` naming the choices. */
export const choiceOption = <const C extends string>(
  name: string,
  value: string,
  choices: readonly C[],
): C => {
  if ((choices as readonly string[]).includes(value)) return value as C
  throw new XfmrError('E_USAGE', `--${name} takes ${choices.join(', ')}; not "${value}".`)
}

// --- internal ---

const checkUsage = (defs: ArgsDef, args: Record<string, unknown>, rest: boolean): void => {
  const known = new Set(['_'])
  let positionals = 0
  for (const [name, def] of Object.entries(defs)) {
    known.add(name)
    if (def.type === 'positional') positionals++
    else for (const alias of 'alias' in def ? [def.alias ?? []].flat() : []) known.add(alias)
  }
  const unknown = Object.keys(args).find(
    name => !known.has(name) && !known.has(camel(name)) && !known.has(kebab(name)),
  )
  if (unknown !== undefined) {
    const options = [...known].filter(
      name => name !== '_' && defs[name]?.type !== 'positional' && name.length > 1,
    )
    const dashes = unknown.length > 1 ? '--' : '-'
    throw new XfmrError(
      'E_USAGE',
      `Unknown option ${dashes}${unknown}. Options here: ${options.map(name => `--${name}`).join(', ')}.`,
    )
  }
  const spare = (args._ as string[]).slice(positionals)
  if (!rest && spare.length > 0)
    throw new XfmrError('E_USAGE', `Unexpected argument "${spare[0]}". See --help.`)
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const kebab = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
