import { drawnExample } from '../../test/gallery.ts'
import { openGallery } from './node.ts'

// A process that enrols until it is killed, and says of each call when it was acknowledged.
const [location, name] = process.argv.slice(2) as [string, string]
const gallery = await openGallery({ location })
for (let call = 0; ; call++) {
  const faces = Array.from({ length: 10 }, (_, i) => drawnExample(`${name} ${call}`, i))
  await gallery.enrol(faces)
  process.stdout.write(`${call}\n`)
}
