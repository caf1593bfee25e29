import { errorToJson } from '../../../src/errors.ts'
import { webRuntime } from '../../../src/onnx/web.ts'
import { openXfmr } from '../../../src/web.ts'
import type { Xfmr } from '../../../src/xfmr.ts'
import { bitmapsIn, toPhoto } from './bitmaps.ts'
import { fetchModels } from './fetch-models.ts'
import { look } from './live.ts'
import { createPairShelf, type PairShelf } from './pairs.ts'
import { createPhotoShelf, type PhotoShelf } from './photos.ts'
import type { CallName, Calls, EngineFacts, Failure, OpenRequest, Reply, Request } from './protocol.ts'
import { timedRuntime } from './timed-runtime.ts'

/** The worker that computes everything: it holds photos, models and comparisons, and the page refers to them by number. */
const scope = self as unknown as {
  postMessage(message: Reply, transfer: Transferable[]): void
  onmessage: (event: MessageEvent<Request>) => void
}

type Handlers = { [Name in CallName]: (takes: Calls[Name]['takes']) => Promise<Calls[Name]['gives']> }

type Opened = { readonly xfmr: Xfmr; readonly photos: PhotoShelf; readonly pairs: PairShelf }
let opened: Opened | undefined

const engine = (): Opened => {
  if (opened) return opened
  throw new Error('The models are not loaded.')
}

const open = async ({ config, base, threads, webgpu }: OpenRequest): Promise<EngineFacts> => {
  const { detector, landmarks, recogniser, ...others } = await fetchModels(config, base, progress =>
    scope.postMessage({ progress }, []),
  )
  const wasmPaths = new URL(config.runtime, base).href
  const clock = { ms: 0 }
  const runtime = webgpu
    ? await (await import('./webgpu.ts')).webgpuRuntime({ wasmPaths })
    : webRuntime({ threads, wasmPaths })
  const xfmr = await openXfmr({
    models: { detector: detector!, landmarks: landmarks!, recogniser: recogniser!, ...others },
    runtime: timedRuntime(runtime, clock),
  })
  const photos = createPhotoShelf(xfmr, clock)
  const pairs = createPairShelf(xfmr, photos, { version: config.version, clock })
  opened = { xfmr, photos, pairs }
  return { runtime: webgpu ? 'webgpu' : 'wasm', threads, methods: pairs.methods, pipeline: xfmr.pipeline }
}

const handlers: Handlers = {
  open,
  read: ({ file, name }) => engine().photos.read(file, name),
  forget: async ({ photos = [], pairs = [] }) => {
    engine().photos.forget(photos)
    engine().pairs.forget(pairs)
    return null
  },
  compare: refs => engine().pairs.compare(refs),
  explain: ({ pair }) => engine().pairs.explain(pair),
  maps: ({ pair, method }) => engine().pairs.maps(pair, method),
  report: ({ pair }) => engine().pairs.report(pair),
  mask: ({ wish, ...ref }) => engine().photos.mask(ref, wish),
  look: ({ picture, reference }) => look(engine(), toPhoto(picture), reference),
}

const answer = async ({ id, name, takes }: Request): Promise<void> => {
  try {
    const gives = await (handlers[name] as (takes: unknown) => Promise<unknown>)(takes)
    scope.postMessage({ id, gives }, bitmapsIn(gives))
  } catch (error) {
    scope.postMessage({ id, failure: failureOf(error) }, [])
  }
}

/** Browsers and wasm report a lack of memory in many ways. */
const failureOf = (error: unknown): Failure => {
  const { code, message } = errorToJson(error)
  const cause = error instanceof Error && error.cause instanceof Error ? ` ${error.cause.message}` : ''
  return /out of memory|bad_alloc|allocation fail|could not allocate|Array buffer alloc/i.test(
    message + cause,
  )
    ? { code: 'OUT_OF_MEMORY', message }
    : { code, message }
}

// One call after the other: the runtime takes one at a time.
let queue: Promise<void> = Promise.resolve()
scope.onmessage = ({ data }) => {
  queue = queue.then(() => answer(data))
}
