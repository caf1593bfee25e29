import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, jsonLines, plural, withGallery } from '../../_gallery.ts'
import { indexWhenLarge } from './_index-when-large.ts'

export default command({
  name: 'import',
  description: 'Enrol the faces of an export',
  examples: [
    ['xfmr gallery import people.jsonl', 'what is there already stays; run it again after an interruption'],
    ['xfmr gallery import people.jsonl --key-file key --db safe', 'into a new, encrypted gallery'],
  ],
  args: {
    file: { type: 'positional', required: true, description: 'JSON Lines; - for the standard input' },
    ...GALLERY_OPTIONS,
  },
  run: async ({ file, ...args }, terminal) => {
    const { created, known } = await withGallery(
      args,
      async gallery => {
        const result = await gallery.importLines(jsonLines(file))
        await indexWhenLarge(gallery, terminal)
        return result
      },
      { create: true },
    )
    return {
      json: { created, known },
      text: `Enrolled ${plural(created, 'face')}; ${known} were there already.`,
    }
  },
})
