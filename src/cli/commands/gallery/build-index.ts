import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, plural, withGallery } from '../../_gallery.ts'

export default command({
  name: 'index',
  description: 'Build the index of every pipeline: worth it from 10,000 faces on',
  examples: [['xfmr gallery index --db postgres://localhost/faces', 'the server goes on serving meanwhile']],
  args: GALLERY_OPTIONS,
  run: async args => {
    const built = await withGallery(args, async gallery => {
      const { pipelines } = await gallery.stats()
      for (const { pipeline } of pipelines) await gallery.buildIndex(pipeline)
      return pipelines.map(({ pipeline }) => pipeline)
    })
    return { json: { indexed: built }, text: `Indexed ${plural(built.length, 'pipeline')}.` }
  },
})
