import type { Terminal } from '../src/cli/_command.ts'
import { main } from '../src/cli/main.ts'

/** Runs the command line in this process and keeps what it said. */
export const run = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
  let out = ''
  let err = ''
  const terminal: Terminal = {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    interactive: false,
  }
  const code = await main(argv, terminal)
  return { code, out, err }
}

/** The JSON rows of a JSON Lines text. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into rows of many shapes
export const rows = (text: string): any[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
