import { XfmrError } from '../../../errors.ts'
import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, plural, withGallery } from '../../_gallery.ts'
import { openLines } from '../../_lines.ts'

export default command({
  name: 'export',
  description: 'Write all faces as JSON Lines, one a line: embeddings and pictures, not encrypted',
  examples: [
    ['xfmr gallery export --out people.jsonl', 'keep the file as safe as the gallery'],
    ['xfmr gallery export | xfmr gallery import - --db postgres://localhost/faces', 'move to a server'],
  ],
  args: {
    ...GALLERY_OPTIONS,
    out: { type: 'string', valueHint: 'FILE', description: 'Write to this file instead of the screen' },
    pipeline: { type: 'string', valueHint: 'ID', description: 'Only faces of this pipeline' },
  },
  run: async ({ out, pipeline, json, ...args }, terminal) => {
    if (json && out === undefined) {
      throw new XfmrError('E_USAGE', 'The lines are JSON already: --json goes with --out.')
    }
    return withGallery(args, async gallery => {
      const lines = gallery.exportLines(pipeline === undefined ? {} : { pipeline })
      let count = 0
      if (out === undefined) {
        for await (const line of lines) terminal.out(`${JSON.stringify(line)}\n`)
        return 0
      }
      const file = await openLines(out)
      if (file.kept.length > 0) {
        await file.abandon()
        throw new XfmrError('E_WRITE', `${out}.partial is left from another run. Remove it first.`)
      }
      try {
        for await (const line of lines) {
          await file.add(line)
          count++
        }
        await file.finish()
      } catch (error) {
        await file.abandon()
        throw error
      }
      return { json: { exported: count, file: out }, text: `Wrote ${plural(count, 'face')} to ${out}.` }
    })
  },
})
