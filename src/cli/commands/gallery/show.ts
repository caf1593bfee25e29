import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, shown, withGallery } from '../../_gallery.ts'
import { table } from '../../_table.ts'

export default command({
  name: 'show',
  description: 'Show the enrolled faces of somebody',
  examples: [['xfmr gallery show "Ada Lovelace"', 'ids, photos, masks']],
  args: {
    name: { type: 'positional', required: true, description: 'Who' },
    ...GALLERY_OPTIONS,
  },
  run: async ({ name, ...args }) => {
    const subject = await withGallery(args, gallery => gallery.subject(name))
    const rows = subject.faces.map(({ id, source, mask, thumbnail, added }) => [
      id,
      mask?.state ?? '?',
      thumbnail ? 'yes' : 'no',
      added.slice(0, 10),
      shown(source ?? ''),
    ])
    return {
      json: subject,
      text: `${shown(subject.name)}\n\n${table(['id', 'mask', 'picture', 'added', 'photo'], rows)}`,
    }
  },
})
