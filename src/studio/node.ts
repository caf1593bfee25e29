import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { XfmrError } from '../errors.ts'
import { entryOf } from '../models/catalogue.ts'
import { ownModelIfAny, packageFolder } from '../models/node/own.ts'
import type { ModelStore } from '../models/store.ts'
import type { SamplePair, StudioConfig, StudioModel, StudioModelName } from './config.ts'
import { STUDIO_HEADERS, typeOf } from './headers.ts'

export type StudioOptions = {
  store: ModelStore
  /** Folder of the built page. Default: `dist/studio` of the package. */
  app?: string
  /** Address of a REST interface on the same host, as the page sees it, for instance `/v1/`. Default: none. */
  api?: string
}

/** One file of the site. */
export type StudioFile = {
  /** Relative address, without a query. The page itself is `index.html`. */
  readonly path: string
  /** Content type. */
  readonly type: string
  /** True when the address changes with the content. */
  readonly lasting: boolean
  read(): Promise<Uint8Array>
}

export type Studio = {
  readonly config: StudioConfig
  readonly files: readonly StudioFile[]
  /**
   * Answers a request for a file of the site; `undefined` for anything else, so that a server can mount other routes beside it.
   * @param path The path of the request below the place where Studio is mounted, without its query; default that of the request's URL.
   */
  respond(request: Request, path?: string): Promise<Response | undefined>
}

/**
 * Puts Studio's files together: the built page, ONNX Runtime, the models of the local store and of the package, and sample photos,
 * which are fetched first where they are missing. Served or copied, they need nothing else.
 * @throws XfmrError `E_NOT_FOUND` when the page was not built; and as the store does
 */
export const openStudio = async ({ store, app, api }: StudioOptions): Promise<Studio> => {
  const folder = app ?? join(await packageFolder(), 'dist', 'studio')
  const page = await pageFiles(folder)
  const models = await modelFiles(store)
  await store.ensure('samples')
  const runtime = await runtimeFiles()
  const measured = await faithfulnessFile()
  const config: StudioConfig = {
    version: packageJson.version,
    models: Object.fromEntries(models.map(({ name, facts }) => [name, facts])),
    runtime: runtime.folder,
    samples: SAMPLE_PAIRS,
    faithfulness: measured ? measured.path : null,
    searchCalibration: SEARCH_CALIBRATION,
    api: api ?? null,
  }
  const files: StudioFile[] = [
    ...page,
    ...models.map(({ file }) => file),
    ...runtime.files,
    ...sampleFiles(store),
    ...(measured ? [measured] : []),
    fileOf(SEARCH_CALIBRATION, false, searchCalibrationBytes),
    fileOf('studio.json', false, async () => new TextEncoder().encode(JSON.stringify(config))),
  ]
  const byPath = new Map(files.map(file => [file.path, file]))
  return {
    config,
    files,
    respond: async (request, path = new URL(request.url).pathname) => {
      const file = byPath.get(decoded(path.replace(/^\/+/, '')) || 'index.html')
      if (!file || !['GET', 'HEAD'].includes(request.method)) return undefined
      const body = await file.read()
      const headers = {
        ...STUDIO_HEADERS,
        'content-type': file.type,
        'content-length': String(body.length),
        'cache-control': file.lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
      }
      return new Response(request.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>), { headers })
    },
  }
}

// --- internal ---

const SAMPLE_PAIRS: readonly SamplePair[] = (
  [
    ['same', 'cage.jpg', 'cage2_crop.jpg'],
    ['different', 'cage.jpg', 'SeanConnery.jpg'],
    ['pose', 'franck_02221.jpg', 'franck_04000.jpg'],
  ] as const
).map(([name, a, b]) => ({ name, a: `samples/${a}`, b: `samples/${b}` }))

const fileOf = (path: string, lasting: boolean, read: StudioFile['read']): StudioFile => ({
  path,
  type: typeOf(path),
  lasting,
  read,
})

/** Everything in the folder of the built page. Vite puts files with a hash in their names into `assets`. */
const pageFiles = async (folder: string): Promise<StudioFile[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(cause => {
    throw new XfmrError(
      'E_NOT_FOUND',
      `The page of Studio is missing: ${folder}. Build it with "npm run build".`,
      {
        cause,
      },
    )
  })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => {
      const full = join(entry.parentPath, entry.name)
      const path = relative(folder, full).split(sep).join('/')
      return fileOf(path, path.startsWith('assets/'), () => readFile(full))
    })
}

type ModelFile = { readonly name: StudioModelName; readonly facts: StudioModel; readonly file: StudioFile }

const modelFiles = async (store: ModelStore): Promise<ModelFile[]> => {
  const pinned = await Promise.all(
    (['detector', 'landmarks', 'recogniser'] as const).map(async name => {
      const entry = name === 'recogniser' ? 'mobilefacenet' : name
      const bytes = await store.bytes(entry)
      const { sha256 } = entryOf(entry).files[0]!
      return modelFile(name, { sha256, bytes: bytes.length }, () => store.bytes(entry))
    }),
  )
  const own = await Promise.all(
    Object.entries(OWN_MODELS).map(async ([name, file]) => {
      const model = await ownModelIfAny(file)
      return (
        model &&
        modelFile(name as StudioModelName, { ...model, bytes: model.bytes.length }, async () => model.bytes)
      )
    }),
  )
  return [...pinned, ...own.filter(file => file !== undefined)]
}

const OWN_MODELS = {
  maskWorn: 'mask-worn',
  maskLandmarks: 'landmarks',
  unmask: 'unmask',
  counterpart: 'counterpart',
  xcos: 'xcos',
} as const

const modelFile = (
  name: StudioModelName,
  { sha256, bytes }: { sha256: string; bytes: number },
  read: StudioFile['read'],
): ModelFile => {
  const path = `models/${name}-${sha256.slice(0, 8)}.onnx`
  return { name, facts: { url: path, bytes, sha256 }, file: fileOf(path, true, read) }
}

/** The build without a graphics card, and the one with it. */
const RUNTIME_FILES = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'].flatMap(name => [
  `${name}.mjs`,
  `${name}.wasm`,
])

/** Taken from the installed package, in a folder named after its version. */
const runtimeFiles = async (): Promise<{ folder: string; files: StudioFile[] }> => {
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
  const { version } = JSON.parse(await readFile(join(dist, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const folder = `runtime-${version}/`
  const files = RUNTIME_FILES.map(name => fileOf(folder + name, true, () => readFile(join(dist, name))))
  return { folder, files }
}

const sampleFiles = (store: ModelStore): StudioFile[] =>
  [...new Set(SAMPLE_PAIRS.flatMap(({ a, b }) => [a, b]))].map(path =>
    fileOf(path, false, () => store.bytes('samples', path.slice(path.lastIndexOf('/') + 1))),
  )

const faithfulnessFile = async (): Promise<StudioFile | undefined> => {
  const path = join(await packageFolder(), 'models', 'faithfulness.json')
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new XfmrError('E_READ', `Can't read ${path}: ${cause.message}`, { cause })
  })
  return bytes && fileOf('faithfulness.json', false, async () => bytes)
}

const SEARCH_CALIBRATION = 'search-calibration.json'

const searchCalibrationBytes = async (): Promise<Uint8Array> => {
  const { DEFAULT_SEARCH_PIPELINE, searchCalibration } = await import('../gallery/default-calibration.ts')
  return new TextEncoder().encode(JSON.stringify(searchCalibration(DEFAULT_SEARCH_PIPELINE)))
}

/** A path that is no valid escape of anything names no file. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return '\0'
  }
}
