import { type Gallery, INDEX_FROM } from '../../../gallery/gallery.ts'
import type { Terminal } from '../../_command.ts'
import { note } from '../../_gallery.ts'

/** After bulk work: builds the indexes that pay. */
export const indexWhenLarge = async (gallery: Gallery, terminal: Terminal): Promise<void> => {
  if (gallery.encrypted) return
  for (const { pipeline, examples, index } of (await gallery.stats()).pipelines) {
    if (index === 'hnsw' || examples < INDEX_FROM) continue
    note(terminal, `Building the index of ${examples} faces ...`)
    await gallery.buildIndex(pipeline)
  }
}
