import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPhoto } from '../../../image/node.ts'
import type { Xfmr } from '../../../xfmr.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import type { TrainingPhoto } from '../../faces/training-photo.ts'
import { type IdentityVector, identitiesAlike, identityMeans } from '../identities.ts'

/**
 * Identities of a set that look like one of the people in test photos. Test photos in which no face is found are passed
 * over: they can't give anybody away. The answer is kept in the set's folder.
 */
export const identitiesInTests = async (
  xfmr: Xfmr,
  set: FaceSet,
  photos: readonly TrainingPhoto[],
  { work, onPhoto = () => {} }: { work: string; onPhoto?: (done: number) => void },
): Promise<Set<string>> => {
  const file = join(work, 'excluded.json')
  const key = `${xfmr.pipeline} ${photos.length} ${photos[0]?.name} ${photos.at(-1)?.name} ${set.photos.length}`
  const known = await readFile(file, 'utf8').then(JSON.parse, () => undefined)
  if (known?.key === key) return new Set<string>(known.identities)
  const vectors: IdentityVector[] = []
  let done = 0
  for (const { path, identity } of photos) {
    const vector = await vectorOf(xfmr, path).catch(() => undefined)
    if (vector) vectors.push({ identity, vector })
    onPhoto(++done)
  }
  const own = set.photos.map(({ identity, target }) => ({ identity, vector: target }))
  const alike = identitiesAlike(identityMeans(own), identityMeans(vectors))
  await writeFile(file, JSON.stringify({ key, identities: [...alike] }))
  return alike
}

// --- internal ---

const vectorOf = async (xfmr: Xfmr, path: string): Promise<Float32Array> => {
  const photo = await readPhoto(path)
  const [embedding] = await xfmr.embed([xfmr.align(photo, await xfmr.findFace(photo, 'central'))])
  return embedding!.vector
}
