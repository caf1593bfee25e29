import { decodePhoto } from '../../../src/image/web.ts'
import type { PairShelf } from './pairs.ts'
import type { PhotoShelf } from './photos.ts'

/**
 * Compares a sample photo with itself, step by step: networks that run for the first time take several times as long, and so does our own
 * code. Ending the steps early leaves nothing behind.
 * @param address of the photo
 */
export async function* warmUp(
  { photos, pairs }: { photos: PhotoShelf; pairs: PairShelf | undefined },
  address: string,
): AsyncGenerator<void> {
  const response = await fetch(address).catch(() => undefined)
  if (!response?.ok) return
  const decoded = await decodePhoto(await response.blob())
  yield
  const { id: photo, preview } = await photos.read(decoded)
  preview.close()
  try {
    yield
    const ref = { photo, face: 0 }
    await photos.examine(ref, 'auto')
    if (!pairs) return
    yield
    const { id: pair, aligned } = await pairs.compare({ a: ref, b: ref, unmask: 'auto', since: Date.now() })
    for (const face of aligned) face.close()
    pairs.forget([pair])
  } finally {
    photos.forget([photo])
  }
}
