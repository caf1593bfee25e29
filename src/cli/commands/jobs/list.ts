import { command } from '../../_command.ts'
import { GALLERY_OPTIONS } from '../../_gallery.ts'
import { table } from '../../_table.ts'
import { withQueue } from './_queue.ts'

export default command({
  name: 'list',
  description: 'List the batches, newest first, and how far they are',
  examples: [['xfmr jobs list --db postgres://host/faces', 'photos waiting, done, failed']],
  args: GALLERY_OPTIONS,
  run: async args => {
    const batches = await withQueue(args, queue => queue.batches())
    const rows = batches.map(({ id, kind, waiting, done, failed }) => [id, kind, waiting, done, failed])
    return { json: { batches }, text: table(['batch', 'kind', 'waiting', 'done', 'failed'], rows) }
  },
})
