import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import { XfmrError } from '../../errors.ts'
import type { CalibrationFile } from '../../evaluation/calibration-file.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Limits } from '../../server/limits.ts'
import { command, numberOption, type Terminal } from '../_command.ts'
import { NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'serve',
  description: SUMMARIES.serve,
  examples: [
    ['xfmr serve', 'on http://127.0.0.1:8300; /docs shows the interface'],
    ['xfmr serve --host 0.0.0.0', 'for others, who need API keys: see "xfmr keys"'],
    ['xfmr serve --workers 8 --queue 256', 'eight photos at a time, 256 that wait'],
  ],
  args: {
    host: { type: 'string', default: '127.0.0.1', valueHint: 'ADDRESS', description: 'Address to listen on' },
    port: { type: 'string', valueHint: 'N', description: 'Port; 0 takes a free one (default 8300)' },
    workers: {
      type: 'string',
      valueHint: 'N',
      description: 'Photos to work on at the same time (default: one for each processor core)',
    },
    queue: { type: 'string', valueHint: 'N', description: 'Photos that may wait; more get 429 (default 64)' },
    'max-body': { type: 'string', valueHint: 'MB', description: 'Largest request (default 20)' },
    'max-pixels': {
      type: 'string',
      valueHint: 'MP',
      description: 'Largest photo in millions of pixels (default 40)',
    },
    batch: { type: 'string', valueHint: 'N', description: 'Most photos in one request (default 32)' },
    keys: { type: 'string', valueHint: 'FILE', description: 'API keys, as "xfmr keys" keeps them' },
    auth: {
      type: 'boolean',
      default: true,
      description: 'Ask for API keys where there are some',
      negativeDescription: 'Ask nobody for an API key; only on a loopback address',
    },
    origin: {
      type: 'string',
      valueHint: 'LIST',
      description: 'Web pages of other hosts that may call the server, as https://example.org',
    },
    calibration: {
      type: 'string',
      valueHint: 'FILE',
      description:
        'Error rates as "xfmr evaluate --calibration" wrote them (default: those that ship with xfmr)',
    },
    ...NETWORK_OPTIONS,
    db: {
      type: 'string',
      valueHint: 'PLACE',
      description: 'Gallery to enrol and search in: a folder, or postgres://... (default: none)',
    },
    'key-file': {
      type: 'string',
      valueHint: 'FILE',
      description: 'Key of an encrypted gallery (or XFMR_GALLERY_KEY)',
    },
    grace: {
      type: 'string',
      valueHint: 'SECONDS',
      description: 'How long requests may go on when the server is told to stop (default 30)',
    },
  },
  run: async (args, terminal) => {
    const { host } = args
    const port = numberOption('port', args.port, { fallback: 8300, min: 0, max: 65535, integer: true })
    const workers = numberOption('workers', args.workers, {
      fallback: availableParallelism(),
      min: 1,
      max: 256,
      integer: true,
    })
    const grace = numberOption('grace', args.grace, { fallback: 30, min: 0, max: 3600 })
    const open = networkOptions(args)
    const [{ serve }, { defaultKeysFile, readKeys }, { isLoopback }, { cliStore }] = await Promise.all([
      import('../../server/serve.ts'),
      import('../../server/keys.ts'),
      import('../../server/guard.ts'),
      import('../_store.ts'),
    ])
    const limits = await limitsOf(args)
    const keysFile = args.keys ?? defaultKeysFile()
    const known = args.auth ? (await readKeys(keysFile)).length : 0
    if (!args.auth && !isLoopback(host))
      throw new XfmrError('E_USAGE', `--no-auth is for loopback addresses; others can reach ${host}.`)
    if (args.keys !== undefined && args.auth && known === 0)
      throw new XfmrError(
        'E_USAGE',
        `There are no keys in ${keysFile}. Make one: xfmr keys add NAME --keys ${keysFile}`,
      )
    const store = cliStore(terminal)
    // Fetched once, with a line on the terminal, before the workers ask for it.
    await store.recogniser(open.recogniser)
    await Promise.all([store.bytes('detector'), store.bytes('landmarks')])
    const log = await jsonLog(terminal)
    const calibrations = await calibrationsFrom(args.calibration)
    const gallery = await galleryFrom(args, calibrations)
    const server = await serve({
      host,
      port,
      workers,
      limits,
      settings: { open, calibrations, maxPixels: limits.pixels },
      keysFile: known > 0 ? keysFile : undefined,
      origins: args.origin?.split(',').map(originOf) ?? [],
      log,
      ...(gallery ? { gallery } : {}),
      pages: await pagesOf(terminal),
    })
    if (terminal.interactive) terminal.err(`${banner(server.url, known)}\n`)
    const signal = await stopSignal()
    log.info({ signal, grace }, 'stopping')
    await server.close(grace * 1000)
    await gallery?.close()
    log.info('stopped')
  },
})

// --- internal ---

const limitsOf = async (args: {
  queue?: string | undefined
  batch?: string | undefined
  'max-body'?: string | undefined
  'max-pixels'?: string | undefined
}): Promise<Limits> => {
  const { DEFAULT_LIMITS: usual } = await import('../../server/limits.ts')
  const integer = true
  const queue = numberOption('queue', args.queue, { fallback: usual.queue, min: 0, max: 1e6, integer })
  const body =
    1e6 * numberOption('max-body', args['max-body'], { fallback: usual.body / 1e6, min: 0.01, max: 1000 })
  return {
    ...usual,
    queue,
    body,
    memory: Math.max(usual.memory, 4 * body),
    pixels:
      1e6 *
      numberOption('max-pixels', args['max-pixels'], { fallback: usual.pixels / 1e6, min: 0.01, max: 1000 }),
    // A batch that is longer than the queue would never get in.
    batch: Math.min(
      Math.max(1, queue),
      numberOption('batch', args.batch, { fallback: usual.batch, min: 1, max: 1000, integer }),
    ),
  }
}

const readText = async (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_READ'
    throw new XfmrError(code, `Can't read ${path}: ${cause.message}`, { cause })
  })

const calibrationsFrom = async (path: string | undefined): Promise<CalibrationFile[]> => {
  if (path === undefined) return []
  const { parseCalibrationFile } = await import('../../evaluation/calibration-file.ts')
  return [parseCalibrationFile(await readText(path), path)]
}

const galleryFrom = async (
  args: { db?: string | undefined; 'key-file'?: string | undefined },
  calibrations: readonly CalibrationFile[],
): Promise<Gallery | undefined> => {
  const { db: location, 'key-file': keyFile } = args
  if (location === undefined) return undefined
  const { openGallery, parseKey } = await import('../../gallery/node.ts')
  const text = keyFile === undefined ? process.env.XFMR_GALLERY_KEY : await readText(keyFile)
  return openGallery({ location, calibrations, ...(text ? { key: parseKey(text) } : {}) })
}

const originOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url.origin
  throw new XfmrError('E_USAGE', `--origin takes addresses as https://example.org, not "${text}".`)
}

/** JSON lines on stdout, as collectors of logs want them. */
const jsonLog = async (terminal: Terminal): Promise<Logger> => {
  const { pino } = await import('pino')
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: line => terminal.out(line) })
}

/** The page of the interface, and Studio where it was built. */
const pagesOf = async (terminal: Terminal) => {
  const [{ docsPage }, { studioPage }, { cliStore }] = await Promise.all([
    import('../../server/docs-page.ts'),
    import('../../server/studio-page.ts'),
    import('../_store.ts'),
  ])
  return [docsPage(), await studioPage(cliStore(terminal))]
}

const banner = (url: string, keys: number): string => {
  const who = keys > 0 ? `callers need one of ${keys} API keys` : 'without API keys, for this machine only'
  return `xfmr serves on ${url} (${who}). The interface: ${url}/docs. End it with Ctrl+C.`
}

/** A second signal ends the process at once. */
const stopSignal = (): Promise<string> =>
  new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
