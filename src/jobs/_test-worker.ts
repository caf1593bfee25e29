import { drawnExample } from '../../test/gallery.ts'
import { XfmrError } from '../errors.ts'
import { enrolPrepared, pipelineFor, prepare } from '../gallery/node/enrol.ts'
import { type Handlers, openQueue } from './node/queue.ts'

// A worker that takes a moment for every photo. A photo called "hangs" never ends in the first worker that gets it.
const [location, name] = process.argv.slice(2) as [string, string]

const handlers: Handlers =
  (_kind, { context, pipelines }) =>
  async ({ photo, subject }) => {
    process.stdout.write(`${photo}\n`)
    if (photo.startsWith('bad')) throw new XfmrError('E_NO_FACE', `No face was found in ${photo}.`)
    await new Promise(resolve => setTimeout(resolve, photo === 'hangs' && name === 'first' ? 1e6 : 5))
    const wishes = { actor: name, action: 'enrol' } as const
    const example = { ...drawnExample(String(subject), Number(photo.length)), source: photo }
    const pipeline = await pipelineFor(pipelines, example.pipeline, example.vector, wishes)
    const prepared = prepare(context, example, example.subject, pipeline)
    return {
      result: { by: name },
      write: async tx => {
        await enrolPrepared(tx, context, [prepared], wishes)
      },
    }
  }

const queue = await openQueue({ location, lease: 2 })
await queue.work({ handlers, once: true })
await queue.close()
