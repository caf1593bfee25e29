import { modelStore } from '../src/models/node.ts'

const store = modelStore()

/** The checked bytes of a model of the catalogue, for instance `mobilefacenet`. Fetched where it is missing. */
export const modelBytes = (name: string): Promise<Uint8Array> => store.bytes(name)

/** Path of a sample photo: `samplePhotoPath('cage.jpg')`, or a group photo, `sample4.jpg`. `test/setup.ts` fetched them. */
export const samplePhotoPath = (file: string): string =>
  store.path(/^sample\d\.jpg$/.test(file) ? 'samples-groups' : 'samples', file)
