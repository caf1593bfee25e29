import { command } from '../../_command.ts'
import { GALLERY_OPTIONS, plural, withGallery } from '../../_gallery.ts'
import { megabytes, table } from '../../_table.ts'

export default command({
  name: 'stats',
  description: 'Count subjects and faces, by pipeline',
  examples: [['xfmr gallery stats --json', 'as JSON']],
  args: GALLERY_OPTIONS,
  run: async args => {
    const stats = await withGallery(args, gallery => gallery.stats())
    const rows = stats.pipelines.map(({ examples, masked, thumbnails, index, bytes, pipeline }) => [
      examples,
      masked,
      thumbnails,
      index,
      megabytes(bytes),
      pipeline,
    ])
    const head = `${plural(stats.subjects, 'subject')}, ${plural(stats.examples, 'face')}${stats.encrypted ? ', encrypted' : ''} in ${stats.location}`
    return {
      json: stats,
      text:
        rows.length === 0
          ? head
          : `${head}\n\n${table(['faces', 'masked', 'pictures', 'search', 'storage', 'pipeline'], rows)}`,
    }
  },
})
