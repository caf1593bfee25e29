import { command } from '../../_command.ts'
import { NETWORK_OPTIONS, networkOptions } from '../../_faces.ts'
import { GALLERY_OPTIONS, note, plural, withGallery } from '../../_gallery.ts'
import { progress } from '../../_progress.ts'

export default command({
  name: 're-embed',
  description:
    'Embed the stored faces anew with other models or options, so that they can be searched with those',
  examples: [
    ['xfmr gallery re-embed --model mine', 'faces must have been enrolled with --thumbnails'],
    ['xfmr gallery re-embed --unmask auto', 'run it again to go on after an interruption'],
  ],
  args: { ...GALLERY_OPTIONS, ...NETWORK_OPTIONS },
  run: async (args, terminal) => {
    const { openForCli } = await import('../../_open.ts')
    const xfmr = await openForCli(terminal, networkOptions(args))
    const result = await withGallery(args, async gallery => {
      const [{ reEmbed }, { readPhoto }] = await Promise.all([
        import('../../../gallery/re-embed.ts'),
        import('../../../image/node.ts'),
      ])
      const bar = await progress(terminal, 're-embed', (await gallery.stats()).examples)
      try {
        return await reEmbed(gallery, xfmr, readPhoto, done => bar.update(done))
      } finally {
        bar.stop()
      }
    })
    for (const { id, subject, reason } of result.left) note(terminal, `${subject} ${id}: ${reason}`)
    return {
      json: { pipeline: xfmr.pipeline, ...result },
      text: `Embedded ${plural(result.embedded, 'face')} anew, ${result.left.length} left as they are.`,
      exitCode: result.left.length > 0 ? 2 : 0,
    }
  },
})
