import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { defaultHome } from '../../../models/node.ts'
import type { FaceSet } from '../../../training/faces/node/face-set.ts'
import type { ViewOptions } from '../../../training/faces/views.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { numberOption, type Terminal } from '../../_command.ts'
import { JOBS_OPTION, MODEL_OPTION } from '../../_faces.ts'
import { progress } from '../../_progress.ts'
import { choosePhotos, shortPath } from './_people.ts'

/** The options of every training on faces that were masked, degraded and found again. */
export const FACES_OPTIONS = {
  exclude: {
    type: 'string',
    valueHint: 'DIR,DIR',
    description: 'Folders of test photos, one folder a person: people who look like one of them are left out',
  },
  views: { type: 'string', valueHint: 'N', description: 'Masked views of every photo (default 4)' },
  'max-photos': { type: 'string', valueHint: 'N', description: 'Most photos of each folder (default all)' },
  work: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder for the faces made on the way, for this run and others (default in the cache)',
  },
  resume: { type: 'boolean', description: 'Go on with the run in its folder' },
  seed: { type: 'string', default: '1', description: 'Number or word that fixes masks, split and order' },
  model: MODEL_OPTION,
  jobs: JOBS_OPTION,
} as const

export type TrainingFaces = {
  /** Opened without a correction for masks: as the faces were found, and what they should be embedded as. */
  readonly xfmr: Xfmr
  readonly set: FaceSet
  readonly work: string
  /** Threads, and photos worked on at the same time. */
  readonly parallel: number
  readonly excluded: ReadonlySet<string>
  /** What the model card says of the data. */
  readonly facts: {
    readonly seed: string
    readonly folders: readonly string[]
    readonly photos: number
    readonly views: ViewOptions
    readonly failures: FaceSet['failures']
    readonly excluded: { readonly identities: number; readonly sets: readonly string[] }
  }
}

/**
 * Makes the faces that the options ask for, or opens those of an earlier run, and finds out which people are in test sets.
 * @throws XfmrError `E_USAGE`, `E_BAD_DATASET`
 */
export const trainingFaces = async (
  folders: readonly string[],
  args: {
    exclude?: string | undefined
    views?: string | undefined
    'max-photos'?: string | undefined
    work?: string | undefined
    seed: string
    model?: string | undefined
    jobs?: string | undefined
  },
  terminal: Terminal,
): Promise<TrainingFaces> => {
  const { seed, model } = args
  const whole = { min: 1, integer: true }
  const masked = numberOption('views', args.views, { fallback: 4, ...whole })
  const most = numberOption('max-photos', args['max-photos'], { fallback: Infinity, ...whole })
  const cores = { fallback: availableParallelism(), max: 256, ...whole }
  const parallel = numberOption('jobs', args.jobs, cores)
  const photos = await choosePhotos(folders, Infinity, most)
  const { openForCli } = await import('../../_open.ts')
  const open = { ...(model ? { recogniser: model } : {}), unmask: 'never' } as const
  const xfmr = await openForCli(terminal, open)
  const work = args.work ?? defaultWork(xfmr.pipeline, seed, masked, photos.length)
  const views = { seed, masked, degraded: 1, strength: 1 }
  const { buildFaceSet } = await import('../../../training/faces/node/build.ts')
  const bar = await progress(terminal, 'draw masks, find faces', photos.length)
  const set = await buildFaceSet(xfmr, photos, {
    folder: work,
    jobs: parallel,
    open,
    views,
    onPhoto: done => bar.update(done),
  })
  bar.stop()
  const tests = args.exclude?.split(',').filter(Boolean) ?? []
  const excluded = await identitiesIn(tests, { xfmr, set, work, terminal })
  return {
    xfmr,
    set,
    work,
    parallel,
    excluded,
    facts: {
      seed,
      folders: folders.map(folder => basename(folder)),
      photos: photos.length,
      views,
      failures: set.failures,
      excluded: {
        identities: excluded.size,
        sets: tests.map(shortPath),
      },
    },
  }
}

// --- internal ---

/** Where the faces of a training are kept when nobody says: another pipeline, seed or set is another folder. */
const defaultWork = (pipeline: string, seed: string, masked: number, photos: number): string => {
  const key = createHash('sha256').update(`${pipeline} ${seed} ${masked} ${photos}`).digest('hex')
  return join(defaultHome(), 'training', key.slice(0, 16))
}

const identitiesIn = async (
  tests: readonly string[],
  { xfmr, set, work, terminal }: Pick<TrainingFaces, 'xfmr' | 'set' | 'work'> & { terminal: Terminal },
): Promise<Set<string>> => {
  if (tests.length === 0) return new Set()
  const { identitiesInTests } = await import('../../../training/unmask/node/test-identities.ts')
  const others = await choosePhotos(tests, 3, Infinity)
  const bar = await progress(terminal, 'look for test people', others.length)
  const found = await identitiesInTests(xfmr, set, others, { work, onPhoto: done => bar.update(done) })
  bar.stop()
  return found
}
