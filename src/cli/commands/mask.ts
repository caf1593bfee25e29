import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { errorToJson, XfmrError } from '../../errors.ts'
import type { ManifestRow, MaskSettings, MaskTask } from '../../masking/node/mask-file.ts'
import type { InputPhoto } from '../../masking/node/tasks.ts'
import { FABRIC_PATTERNS, type PatternName } from '../../masking/patterns.ts'
import { COVERAGES, parseColour, parseType, type RecipeWishes } from '../../masking/recipe.ts'
import { inOrder } from '../_bulk.ts'
import { choiceOption, command, numberOption } from '../_command.ts'
import { faceOption, JOBS_OPTION } from '../_faces.ts'
import { type LinesFile, openLines } from '../_lines.ts'
import { progress } from '../_progress.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'mask',
  description: SUMMARIES.mask,
  examples: [
    ['xfmr mask photo.jpg --out masked', 'a random mask on every face of the photo'],
    [
      'xfmr mask photos --recursive --out masked --seed 7',
      'a folder of folders; run it again to go on after an interruption',
    ],
    ['xfmr mask photos --out masked --type surgical --colour light-blue', 'one kind of mask'],
    [
      'xfmr mask crops --aligned --out masked --region',
      'aligned 112x112 faces; also writes where each mask is',
    ],
  ],
  args: {
    paths: { type: 'positional', description: 'Photos or folders of photos' },
    out: {
      type: 'string',
      valueHint: 'DIR',
      required: true,
      description: 'Folder for the masked photos and manifest.jsonl',
    },
    type: {
      type: 'string',
      valueHint: 'TYPE',
      default: 'random',
      description:
        'surgical, n95, kn95, cloth, foam, gaiter, bandana, window; flat shapes wide-high, ... or a to f; random, random-flat',
    },
    coverage: {
      type: 'string',
      valueHint: 'HOW',
      description: `How high it is worn: ${COVERAGES.join(', ')}`,
    },
    colour: {
      type: 'string',
      valueHint: 'COLOUR',
      description: 'A name (black, white, red, light-blue, ...) or #rrggbb',
    },
    pattern: {
      type: 'string',
      valueHint: 'NAME|FILE',
      description: `${FABRIC_PATTERNS.join(', ')}, or a picture of yours`,
    },
    seed: { type: 'string', default: '0', description: 'Number or word that fixes all random choices' },
    face: {
      type: 'string',
      valueHint: 'all|largest|central|N',
      default: 'all',
      description: 'Which faces of a photo get a mask',
    },
    aligned: { type: 'boolean', description: 'The photos are faces aligned to the ArcFace template' },
    landmarks: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Take the 68 landmarks from this JSON or JSON Lines file',
    },
    region: {
      type: 'boolean',
      description: 'Also write where the masks are, in the photo and in the aligned face',
    },
    quality: {
      type: 'string',
      valueHint: 'N',
      description: "Quality of JPEG, WebP and AVIF output (default: the photo's own)",
    },
    recursive: { type: 'boolean', description: 'Look into the folders of folders too' },
    jobs: JOBS_OPTION,
  },
  rest: true,
  run: async (args, terminal) => {
    const jobs = numberOption('jobs', args.jobs, {
      fallback: availableParallelism(),
      min: 1,
      max: 64,
      integer: true,
    })
    const settings = await settingsOf(args)
    const { listInputs } = await import('../../masking/node/tasks.ts')
    const tasks = await withLandmarks(
      await listInputs(args._, args.out, args.recursive ?? false),
      args.landmarks,
    )
    await mkdir(args.out, { recursive: true }).catch((cause: Error) => {
      throw new XfmrError('E_WRITE', `Can't make the folder ${args.out}: ${cause.message}`, { cause })
    })
    const run = fingerprint(settings)
    const file = await openLines(join(args.out, 'manifest.jsonl'))
    const summary = createSummary()
    try {
      const done = keptRows(file, run)
      const rest = tasks.filter(({ input }) => !done.has(input))
      for (const row of done.values()) summary.add(row)
      const bar = await progress(terminal, 'mask', tasks.length)
      const pool = await openPool(
        Math.max(1, Math.min(jobs, rest.length)),
        settings,
        args.landmarks === undefined,
      )
      try {
        let count = done.size
        await inOrder(rest, jobs, pool.run, async row => {
          bar.update(++count)
          summary.add(row)
          await file.add({ ...row, run })
        })
      } finally {
        bar.stop()
        await pool.close()
      }
      await file.finish()
      for (const failure of summary.failures) terminal.err(`${failure}\n`)
      const json = summary.json(done.size, join(args.out, 'manifest.jsonl'))
      return { json, text: summary.text(json), exitCode: summary.failures.length > 0 ? 2 : 0 }
    } catch (error) {
      await file.abandon()
      throw error
    }
  },
})

// --- internal ---

type Options = {
  out: string
  type: string
  coverage?: string | undefined
  colour?: string | undefined
  pattern?: string | undefined
  seed: string
  face: string
  aligned?: boolean | undefined
  region?: boolean | undefined
  quality?: string | undefined
}

const settingsOf = async (args: Options): Promise<MaskSettings> => {
  const named = (FABRIC_PATTERNS as readonly string[]).includes(args.pattern ?? '')
  const patternFile = named ? undefined : args.pattern
  if (patternFile !== undefined) await checkPattern(patternFile)
  const wishes: RecipeWishes = {
    type: parseType(args.type),
    coverage: args.coverage === undefined ? undefined : choiceOption('coverage', args.coverage, COVERAGES),
    colour: args.colour === undefined ? undefined : parseColour(args.colour),
    pattern: patternFile === undefined ? (args.pattern as PatternName | undefined) : 'image',
  }
  return {
    out: args.out,
    seed: args.seed,
    wishes,
    face: args.face === 'all' ? 'all' : faceOption(args.face)!,
    aligned: args.aligned ?? false,
    region: args.region ?? false,
    quality:
      args.quality === undefined
        ? undefined
        : numberOption('quality', args.quality, { fallback: 90, min: 1, max: 100, integer: true }),
    patternFile,
  }
}

/** A pattern that is neither known nor a readable picture must stop the run, not fail on every photo. */
const checkPattern = async (path: string): Promise<void> => {
  const { readPhoto } = await import('../../image/node.ts')
  await readPhoto(path).catch((cause: unknown) => {
    if (cause instanceof XfmrError && cause.code === 'E_NOT_FOUND') {
      throw new XfmrError(
        'E_USAGE',
        `There is no pattern and no picture "${path}". Patterns: ${FABRIC_PATTERNS.join(', ')}.`,
        { cause },
      )
    }
    throw cause
  })
}

const withLandmarks = async (
  photos: readonly InputPhoto[],
  path: string | undefined,
): Promise<MaskTask[]> => {
  if (path === undefined) return [...photos]
  const { facesOf, parseLandmarkList } = await import('../../masking/landmark-list.ts')
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_READ'
    throw new XfmrError(code, `Can't read the landmark file ${path}: ${cause.message}`, { cause })
  })
  const list = parseLandmarkList(text, path)
  return photos.map(({ input, name }) => {
    try {
      return { input, name, landmarks: facesOf(list, [input, name, name.slice(name.lastIndexOf('/') + 1)]) }
    } catch (error) {
      return { input, name, error: errorToJson(error) }
    }
  })
}

const openPool = async (jobs: number, settings: MaskSettings, needModels: boolean) => {
  const [{ maskPool }, { faceSources }, { modelStore }] = await Promise.all([
    import('../../masking/node/pool.ts'),
    import('../../masking/node/sources.ts'),
    import('../../models/node.ts'),
  ])
  const store = modelStore()
  // Fetched once, before the threads ask for it.
  if (needModels) await Promise.all([store.bytes('detector'), store.bytes('landmarks')])
  return maskPool(jobs, settings, faceSources(store))
}

/** What a resumed run must have in common with the interrupted one. */
const fingerprint = ({ wishes, seed, face, aligned, region, quality, patternFile }: MaskSettings): string => {
  const parts = { ...wishes, seed, face, aligned, region, quality, patternFile }
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

const keptRows = (file: LinesFile, run: string): Map<string, ManifestRow> => {
  const done = new Map<string, ManifestRow>()
  for (const row of file.kept) {
    if (row.run !== run) {
      throw new XfmrError(
        'E_USAGE',
        `The unfinished manifest was begun with "${row.run}", not "${run}". Use the same options, or remove it.`,
      )
    }
    done.set(row.input as string, row as unknown as ManifestRow)
  }
  return done
}

const createSummary = () => {
  const failures: string[] = []
  const errors: Record<string, number> = {}
  const types: Record<string, number> = {}
  let photos = 0
  let masked = 0
  return {
    failures,
    add: (row: ManifestRow): void => {
      photos++
      const problems = 'error' in row ? [row.error] : (row.refused ?? [])
      for (const { code, message } of problems) {
        failures.push(`${row.input}: ${message} [${code}]`)
        errors[code] = (errors[code] ?? 0) + 1
      }
      if ('error' in row) return
      masked++
      for (const { type } of row.faces ?? [row]) types[type] = (types[type] ?? 0) + 1
    },
    json: (resumed: number, manifest: string) => ({
      photos,
      masked,
      failed: photos - masked,
      resumed,
      types,
      errors,
      manifest,
    }),
    text: ({ resumed, manifest }: { resumed: number; manifest: string }): string => {
      const earlier = resumed > 0 ? ` (${resumed} from an earlier run)` : ''
      const codes = Object.entries(errors).map(([code, count]) => `${count} ${code}`)
      const why = codes.length > 0 ? ` (${codes.join(', ')})` : ''
      return `${masked} of ${photos} photos masked${earlier}, ${photos - masked} failed${why}. See ${manifest}.`
    },
  }
}
