import { errorToJson } from '../../../src/errors.ts'
import { type DecodedPhoto, decodePhoto } from '../../../src/image/web.ts'
import { webRuntime } from '../../../src/onnx/web.ts'
import { openXfmr } from '../../../src/web.ts'
import type { Xfmr } from '../../../src/xfmr.ts'
import { handedOver, toPhoto } from './bitmaps.ts'
import { fetchModels } from './fetch-models.ts'
import { look } from './live.ts'
import { createPairShelf, type PairShelf } from './pairs.ts'
import { createPhotoShelf, type PhotoShelf } from './photos.ts'
import type { CallName, Calls, EngineFacts, Failure, OpenRequest, Reply, Request } from './protocol.ts'
import { openSecond, type Second } from './second.ts'
import { seePhoto } from './seen.ts'
import { type NetworkClock, noteRuns, now, runsSince, timedRuntime } from './timed-runtime.ts'
import { warmUp } from './warm-up.ts'

/** The worker that computes everything: it holds photos, models and comparisons, and the page refers to them by number. */
const scope = self as unknown as {
  postMessage(message: Reply, transfer: Transferable[]): void
  onmessage: (event: MessageEvent<Request>) => void
}

type Work<Name extends CallName> = () => Promise<Calls[Name]['gives']>
/** Every call is taken as soon as it comes; what is returned runs when its turn comes, which may be later than that of other calls. */
type Handlers = {
  [Name in CallName]: (takes: Calls[Name]['takes']) => Work<Name> | Promise<Work<Name>>
}

type Opened = {
  readonly xfmr: Xfmr
  readonly photos: PhotoShelf
  readonly pairs: PairShelf
  readonly clock: NetworkClock
  second?: Second
}
let opened: Opened | undefined

const engine = (): Opened => {
  if (opened) return opened
  throw new Error('The models are not loaded.')
}

const open = async (request: OpenRequest): Promise<EngineFacts> => {
  const { config, base, threads, webgpu } = request
  const models =
    request.models ?? (await fetchModels(config, base, progress => scope.postMessage({ progress }, [])))
  const { detector, landmarks, recogniser, ...others } = models
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
  const pairs = createPairShelf(xfmr, photos, {
    version: config.version,
    clock,
    searchCalibration: new URL(config.searchCalibration, base).href,
  })
  const own: Opened = { xfmr, photos, pairs, clock }
  opened = own
  const used = { photos, pairs: request.models ? undefined : pairs }
  inTurn(() => warm(warmUp(used, new URL(config.samples[0]!.a, base).href)))
  // Not every browser lets a worker start another.
  const forSecond = typeof Worker === 'function' ? request.second : 0
  if (forSecond > 0) {
    // Nothing is compared there.
    const { xcos: _, ...needed } = models
    whenQuiet(() => {
      own.second = openSecond({ ...request, threads: forSecond, second: 0, models: needed })
    })
  }
  return {
    runtime: webgpu ? 'webgpu' : 'wasm',
    threads: threads + forSecond,
    methods: pairs.methods,
    pipeline: xfmr.pipeline,
  }
}

/** By threads of the browser, while networks run for other calls. */
const decodeNow = ({ file, name }: Calls['read']['takes']): Promise<DecodedPhoto> => {
  const decoding = decodePhoto(file, { name })
  decoding.catch(() => {})
  return decoding
}

const readHere = (takes: Calls['read']['takes']): Work<'read'> => {
  const decoding = decodeNow(takes)
  return async () => {
    const { photos } = engine()
    const facts = await photos.read(await decoding)
    inTurn(() => photos.examineAhead(facts.id))
    return facts
  }
}

/** In the second worker, where that has one and this one is busy. What fails there is tried here, and fails here the same way. */
const readThere = (takes: Calls['read']['takes']): Promise<Work<'read'>> | undefined =>
  (waiting > 0 ? opened?.second?.see(takes.file, takes.name) : undefined)?.then(
    seen => () => {
      noteRuns(engine().clock, seen.runs)
      return engine().photos.take(seen)
    },
    () => readHere(takes),
  )

const handlers: Handlers = {
  open: takes => () => open(takes),
  read: takes => readThere(takes) ?? readHere(takes),
  see: takes => {
    const decoding = decodeNow(takes)
    return async () => {
      const { xfmr, clock } = engine()
      const start = now()
      return { ...(await seePhoto(xfmr, await decoding)), runs: runsSince(clock, start) }
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

const answer = async (id: number, work: Work<CallName>): Promise<void> => {
  try {
    const gives = await work()
    scope.postMessage({ id, gives }, handedOver(gives))
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

/** Waits until the page has not asked for anything for a while, so that nobody waits for what the work takes. */
const whenQuiet = (work: () => void): void => {
  const quiet = queue
  setTimeout(() => (quiet === queue && waiting === 0 ? work() : whenQuiet(work)), QUIET)
}
const QUIET = 300

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

/** Calls that this worker has to answer yet. */
let waiting = 0
const enqueue = (id: number, work: Work<CallName>): void => {
  waiting++
  inTurn(() => answer(id, work))
}
scope.onmessage = async ({ data: { id, name, takes } }) => {
  const handler = handlers[name] as (takes: unknown) => Work<CallName> | Promise<Work<CallName>>
  enqueue(id, await handler(takes))
}
