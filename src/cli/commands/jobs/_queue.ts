import type { Queue } from '../../../jobs/node/queue.ts'
import { type GalleryArgs, placeOf, readKey } from '../../_gallery.ts'

/** Opens the queue that the options name, does the work, and closes it whatever happens. */
export const withQueue = async <T>(args: GalleryArgs, work: (queue: Queue) => Promise<T>): Promise<T> => {
  const [{ openQueue }, key] = await Promise.all([import('../../../jobs/node/queue.ts'), readKey(args)])
  const queue = await openQueue({ location: placeOf(args), ...(key ? { key } : {}) })
  try {
    return await work(queue)
  } finally {
    await queue.close()
  }
}
