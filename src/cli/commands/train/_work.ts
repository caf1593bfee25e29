import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { defaultHome } from '../../../models/node.ts'

/** Where the faces of a training are kept when nobody says: another pipeline, seed or set is another folder. */
export const defaultWork = (pipeline: string, seed: string, masked: number, photos: number): string => {
  const key = createHash('sha256').update(`${pipeline} ${seed} ${masked} ${photos}`).digest('hex')
  return join(defaultHome(), 'training', key.slice(0, 16))
}
