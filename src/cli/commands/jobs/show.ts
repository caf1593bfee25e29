import { XfmrError } from '../../../errors.ts'
import type { BatchItem } from '../../../jobs/schema.ts'
import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, note, plural } from '../../_gallery.ts'
import { openLines } from '../../_lines.ts'
import { withQueue } from './_queue.ts'

export default command({
  name: 'show',
  description: 'Show what came of every photo of a batch: JSON Lines, and failures on stderr',
  examples: [
    ['xfmr jobs show ID --out faces.jsonl', 'for embed the lines of "xfmr embed", for mask the manifest'],
  ],
  args: {
    batch: { type: 'positional', required: true, description: 'Id of the batch' },
    ...GALLERY_OPTIONS,
    out: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Write the lines to this file instead of the screen',
    },
  },
  run: async ({ batch, out, json, ...args }, terminal) => {
    if (json && out === undefined)
      throw new XfmrError('E_USAGE', 'The lines are JSON already: --json goes with --out.')
    return withQueue(args, async queue => {
      const file = out === undefined ? undefined : await openLines(out)
      const count = { waiting: 0, done: 0, failed: 0 }
      for await (const item of queue.items(batch)) {
        count[item.status]++
        if (item.status === 'failed') note(terminal, describe(item))
        const line = { ...item.input, status: item.status, ...(item.result as object | null) }
        if (file) await file.add(line)
        else terminal.out(`${JSON.stringify(line)}\n`)
      }
      await file?.finish()
      const exitCode = count.failed > 0 ? 2 : 0
      const text = `${plural(count.done, 'photo')} done, ${count.failed} failed, ${count.waiting} waiting.`
      if (out === undefined) {
        note(terminal, text)
        return exitCode
      }
      return { json: count, text, exitCode }
    })
  },
})

// --- internal ---

const describe = ({ input, result }: BatchItem): string => {
  const { error } = result as { error: { code: string; message: string } }
  return `${input.photo}: ${error.message} [${error.code}]`
}
