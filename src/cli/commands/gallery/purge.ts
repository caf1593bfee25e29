import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, withGallery } from '../../_gallery.ts'

export default command({
  name: 'purge',
  description: 'Rewrite the files of the gallery without a byte of what was removed; it is locked meanwhile',
  examples: [['xfmr gallery purge', 'after removals from a large gallery']],
  args: GALLERY_OPTIONS,
  run: async args => {
    await withGallery(args, gallery => gallery.purge())
    return { json: { purged: true }, text: 'The files hold nothing of what was removed.' }
  },
})
