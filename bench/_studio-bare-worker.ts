import { chooseFace } from '../src/face/choose.ts'
import { readPhoto } from '../src/image/web.ts'
import type { Feeds, Runtime, Session } from '../src/onnx/runtime.ts'
import { webRuntime } from '../src/onnx/web.ts'
import type { StudioConfig } from '../src/studio/config.ts'
import { openXfmr } from '../src/web.ts'

/** What to open, and the pairs of photos, by their addresses, whose runs are wanted. */
export type BareRequest = {
  readonly config: StudioConfig
  readonly base: string
  readonly threads: number
  readonly pairs: readonly (readonly [string, string])[]
}

// The networks of a comparison and nothing else: the calls that xfmr made for each pair are kept with their inputs, and made again with
// warm sessions whenever the number of a pair comes.
type Run = { readonly session: Session; readonly feeds: Feeds; readonly fetch: readonly string[] | undefined }

const scope = self as unknown as {
  postMessage(message: unknown): void
  onmessage: (event: MessageEvent<BareRequest | number>) => void
}
const runs: Run[][] = []

const recording = (runtime: Runtime, record: (run: Run) => void): Runtime => ({
  name: runtime.name,
  load: async model => {
    const session = await runtime.load(model)
    return {
      ...session,
      run: (feeds, fetch) => {
        record({ session, feeds, fetch })
        return session.run(feeds, fetch)
      },
    }
  },
})

const open = async ({ config, base, threads, pairs }: BareRequest): Promise<void> => {
  let kept: Run[] = []
  const runtime = webRuntime({ threads, wasmPaths: new URL(config.runtime, base).href })
  const record = ({ session, feeds, fetch }: Run): void => {
    // The detector uses its frame again for the next photo.
    const own = Object.entries(feeds).map(([name, tensor]) => [
      name,
      { ...tensor, data: tensor.data.slice() },
    ])
    kept.push({ session, feeds: Object.fromEntries(own), fetch })
  }
  const models = Object.fromEntries(
    Object.entries(config.models).map(([name, { url }]) => [name, new URL(url, base).href]),
  ) as Parameters<typeof openXfmr>[0]['models']
  const xfmr = await openXfmr({ models, runtime: recording(runtime, record) })
  for (const pair of pairs) {
    kept = []
    const faces = []
    for (const address of pair) {
      const photo = await readPhoto(await (await fetch(new URL(address, base))).blob())
      faces.push(await xfmr.examine(photo, chooseFace(await xfmr.findFaces(photo), 'largest', photo)))
    }
    await xfmr.compareFaces(faces[0]!, faces[1]!)
    runs.push(kept)
  }
}

const replay = async (pair: number): Promise<number> => {
  const start = performance.now()
  for (const { session, feeds, fetch } of runs[pair]!) await session.run(feeds, fetch)
  return performance.now() - start
}

scope.onmessage = async ({ data }) => {
  if (typeof data === 'number') return scope.postMessage(await replay(data))
  await open(data)
  scope.postMessage(runs.map(list => list.length))
}
