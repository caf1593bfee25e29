import { command, numberOption } from '../../_command.ts'
import { GALLERY_OPTIONS, shown, withGallery } from '../../_gallery.ts'
import { table } from '../../_table.ts'

export default command({
  name: 'audit',
  description: 'Show who enrolled, searched and removed, newest first',
  examples: [['xfmr gallery audit --limit 1000 --json', 'subjects and faces by id']],
  args: {
    ...GALLERY_OPTIONS,
    limit: { type: 'string', valueHint: 'N', description: 'At most so many (default 100)' },
  },
  run: async ({ limit, ...args }) => {
    const count = numberOption('limit', limit, { fallback: 100, min: 1, max: 100_000, integer: true })
    const entries = await withGallery(args, gallery => gallery.audit({ limit: count }))
    const rows = entries.map(({ at, actor, action, subjectIds, exampleIds }) => [
      at,
      shown(actor),
      action,
      subjectIds.length,
      exampleIds.length,
    ])
    return { json: { entries }, text: table(['at', 'who', 'what', 'subjects', 'faces'], rows) }
  },
})
