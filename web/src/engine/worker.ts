import { errorToJson } from '../../../src/errors.ts'
import { decodePhoto } from '../../../src/image/web.ts'
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
import { warmUp } from './warm-up.ts'

/** The worker that computes everything: it holds photos, models and comparisons, and the page refers to them by number. */
const scope = self as unknown as {
  postMessage(message: Reply, transfer: Transferable[]): void
  onmessage: (event: MessageEvent<Request>) => void
}

/** Every call is taken as soon as it comes; what is returned runs when its turn comes. */
type Handlers = {
  [Name in CallName]: (takes: Calls[Name]['takes']) => () => Promise<Calls[Name]['gives']>
}

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
  const clock = { runs: [] }
  const runtime = webgpu
    ? await (await import('./webgpu.ts')).webgpuRuntime({ wasmPaths })
    : webRuntime({ threads, wasmPaths })
  const xfmr = await openXfmr({
    models: { detector: detector!, landmarks: landmarks!, recogniser: recogniser!, ...others },
    runtime: timedRuntime(runtime, clock),
  })
  const photos = createPhotoShelf(xfmr)
  const pairs = createPairShelf(xfmr, photos, { version: config.version, clock })
  opened = { xfmr, photos, pairs }
  inTurn(() => warm(warmUp({ photos, pairs }, new URL(config.samples[0]!.a, base).href)))
  return { runtime: webgpu ? 'webgpu' : 'wasm', threads, methods: pairs.methods, pipeline: xfmr.pipeline }
}

const handlers: Handlers = {
  open: takes => () => open(takes),
  read: ({ file, name }) => {
    // By threads of the browser, while networks run for other calls.
    const decoding = decodePhoto(file, { name })
    decoding.catch(() => {})
    return async () => {
      const { photos } = engine()
      const facts = await photos.read(await decoding)
      inTurn(() => photos.examineAhead(facts.id))
      return facts
    }
  },
  readStored:
    ({ face, picture }) =>
    () =>
      engine().photos.readStored(face, picture),
  forget:
    ({ photos = [], pairs = [] }) =>
    async () => {
      engine().photos.forget(photos)
      engine().pairs.forget(pairs)
      return null
    },
  compare: refs => () => engine().pairs.compare(refs),
  explain:
    ({ pair }) =>
    () =>
      engine().pairs.explain(pair),
  maps:
    ({ pair, method }) =>
    () =>
      engine().pairs.maps(pair, method),
  report:
    ({ pair }) =>
    () =>
      engine().pairs.report(pair),
  mask:
    ({ wish, ...ref }) =>
    () =>
      engine().photos.mask(ref, wish),
  look:
    ({ picture, reference }) =>
    () =>
      look(engine(), toPhoto(picture), reference),
}

const answer = async (id: number, work: () => Promise<unknown>): Promise<void> => {
  try {
    const gives = await work()
    scope.postMessage({ id, gives }, bitmapsIn(gives))
  } catch (error) {
    scope.postMessage({ id, failure: failureOf(error) }, [])
  }
  waiting--
}

/** One step after the other, as long as nobody waits for an answer. */
const warm = async (steps: AsyncGenerator<void>): Promise<void> => {
  if (waiting > 0) await steps.return(undefined)
  else if (!(await steps.next()).done) inTurn(() => warm(steps))
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
const inTurn = (work: () => Promise<void>): void => {
  // What fails here is answered to nobody: whoever asks for it later learns of it.
  queue = queue.then(work).catch(() => {})
}

/** Calls without an answer yet. */
let waiting = 0
scope.onmessage = ({ data: { id, name, takes } }) => {
  waiting++
  const work = (handlers[name] as (takes: unknown) => () => Promise<unknown>)(takes)
  inTurn(() => answer(id, work))
}
