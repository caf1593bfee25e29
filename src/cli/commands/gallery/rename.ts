import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, shown, withGallery } from '../../_gallery.ts'

export default command({
  name: 'rename',
  description: 'Give somebody another name',
  examples: [['xfmr gallery rename Ada "Ada Lovelace"', 'the faces stay as they are']],
  args: {
    from: { type: 'positional', required: true, description: 'Who' },
    to: { type: 'positional', required: true, description: 'The new name' },
    ...GALLERY_OPTIONS,
  },
  run: async ({ from, to, ...args }) => {
    await withGallery(args, gallery => gallery.rename(from, to))
    return { json: { renamed: from, to }, text: `${shown(from)} is now ${shown(to)}.` }
  },
})
