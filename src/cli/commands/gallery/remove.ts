import { XfmrError } from '../../../errors.ts'
import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, plural, withGallery } from '../../_gallery.ts'

export default command({
  name: 'remove',
  description: 'Remove somebody with all faces, or one face',
  examples: [
    ['xfmr gallery remove "Ada Lovelace"', 'embeddings, pictures and index entries too'],
    ['xfmr gallery remove --example 0b0e8a5c-6f0e-4c5e-9c1a-6f6a1d2b3c4d', 'one face, as "show" lists it'],
  ],
  args: {
    name: { type: 'positional', required: false, description: 'Who' },
    example: { type: 'string', valueHint: 'ID', description: 'Only this face' },
    ...GALLERY_OPTIONS,
  },
  run: async ({ name, example, ...args }) => {
    if ((name === undefined) === (example === undefined)) {
      throw new XfmrError('E_USAGE', 'Give either the name of a subject or --example ID.')
    }
    const removal = await withGallery(args, gallery =>
      example === undefined ? gallery.removeSubject(name!) : gallery.removeExample(example),
    )
    const files = removal.rewritten
      ? 'The files were rewritten without them.'
      : '"xfmr gallery purge" rewrites the files without them.'
    return {
      json: removal,
      text: `Removed ${plural(removal.subjects, 'subject')} and ${plural(removal.examples, 'face')}. ${files}`,
    }
  },
})
