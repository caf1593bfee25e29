import { XfmrError } from '../../errors.ts'
import type { SearchOptions, Template } from '../gallery.ts'
import type { Candidate, SearchResult } from '../schema.ts'
import { conditionOf, type GallerySize, type SearchCalibrator } from '../search-rates.ts'
import { audit } from './audit.ts'
import { type Context, type PipelineRow, partitionOf } from './context.ts'
import { sourceText } from './enrol.ts'
import { factsById, factsOf } from './examples.ts'
import { createMemoryIndex, type MemoryIndex, type Neighbour } from './memory.ts'
import type { Pipelines } from './pipelines.ts'
import type { Size, Sizes } from './sizes.ts'
import { unitVector, vectorText } from './vectors.ts'

export type Searcher = (
  probes: readonly Template[],
  options: SearchOptions & { actor: string },
) => Promise<SearchResult[]>

/** Searches, see `Gallery.search`. @param calibratorOf `undefined` where nothing is known of a pipeline's error rates */
export const createSearcher = (
  context: Context,
  pipelines: Pipelines,
  sizes: Sizes,
  calibratorOf: (pipeline: string) => SearchCalibrator | undefined,
): Searcher => {
  const memory = new Map<number, MemoryIndex>()
  const memoryOf = (pipeline: PipelineRow): MemoryIndex => {
    const index = memory.get(pipeline.id) ?? createMemoryIndex(context, pipeline)
    memory.set(pipeline.id, index)
    return index
  }
  const searchOne = async (probe: Template, options: SearchOptions, top: number): Promise<SearchResult> => {
    const pipeline = await pipelines.find(probe.pipeline)
    const vector = unitVector(probe.vector, pipeline?.dimensions)
    const size = pipeline && (await sizes.of(pipeline))
    if (!size || (size.others > 0 && !options.partial)) await refuseOthers(context, probe.pipeline)
    const gallery = size ?? EMPTY
    const indexed = gallery.indexed && !options.exact
    const found = !pipeline
      ? []
      : context.encrypted
        ? await memoryOf(pipeline).nearest(vector, top)
        : await nearest(context, pipeline, vector, top, indexed)
    const counted = { bare: gallery.examples - gallery.masked, masked: gallery.masked }
    const calibrator = calibratorOf(probe.pipeline)
    const masked = probe.mask?.worn ?? false
    const threshold = chooseThreshold(calibrator, options, masked, counted)
    const facts = pipeline
      ? await factsById(
          context.database,
          context.s,
          pipeline.id,
          found.map(({ id }) => id),
        )
      : new Map()
    // Who was removed between the two queries is left out.
    const there = found.filter(({ id }) => facts.has(id))
    const candidates = there.map(({ id, similarity }, i): Candidate => {
      const row = facts.get(id)!
      const example = factsOf(row)
      const rates = calibrator?.at(similarity, masked, counted)
      return {
        rank: i + 1,
        subject: example.subject,
        subjectId: row.subject_id,
        similarity,
        decision: threshold && (similarity >= threshold.value ? 'match' : 'no-match'),
        condition: conditionOf(masked, example.mask?.worn ?? false),
        fpir: rates?.fpir ?? null,
        fpirInterval: rates?.fpirInterval ?? null,
        example,
      }
    })
    return {
      pipeline: probe.pipeline,
      probe: {
        photo: sourceText(probe.source),
        mask: probe.mask
          ? { worn: probe.mask.worn, probability: probe.mask.probability, state: probe.mask.state }
          : null,
        unmasked: probe.unmasked ?? false,
      },
      gallery: { subjects: gallery.subjects, examples: gallery.examples, masked: gallery.masked },
      method: indexed ? 'hnsw' : 'exact',
      threshold,
      candidates,
    }
  }
  return async (probes, { actor, ...options }) => {
    const top = checkOptions(options)
    const results: SearchResult[] = []
    for (const probe of probes) results.push(await searchOne(probe, options, top))
    if (results.length > 0) await auditSearch(context, actor, results)
    return results
  }
}

// --- internal ---

const EMPTY: Size = { examples: 0, masked: 0, subjects: 0, others: 0, indexed: false }

const checkOptions = ({ top = 5, threshold, fpir }: SearchOptions): number => {
  if (!Number.isInteger(top) || top < 1 || top > 1000) {
    throw new XfmrError('E_USAGE', `A search returns from 1 to 1000 subjects, not ${top}.`)
  }
  if (threshold !== undefined && fpir !== undefined) {
    throw new XfmrError('E_USAGE', 'Give either a threshold or an FPIR: one follows from the other.')
  }
  if (threshold !== undefined && !(threshold >= -1 && threshold <= 1)) {
    throw new XfmrError('E_USAGE', `A threshold lies from -1 to 1; it can't be ${threshold}.`)
  }
  if (fpir !== undefined && !(fpir > 0 && fpir < 1)) {
    throw new XfmrError('E_USAGE', `An FPIR lies between 0 and 1; it can't be ${fpir}.`)
  }
  return top
}

/** @throws XfmrError `E_PIPELINE_MISMATCH` where there are faces of other pipelines */
const refuseOthers = async ({ database, s }: Context, name: string): Promise<void> => {
  const rows = await database.query<{ name: string; examples: number }>(
    `select p.name, count(*)::int as examples from ${s}.example e join ${s}.pipeline p on p.id = e.pipeline
     where p.name <> $1 group by p.name order by 2 desc`,
    [name],
  )
  if (rows.length === 0) return
  const held = rows.map(row => `${row.examples} of "${row.name}"`).join(', ')
  throw new XfmrError(
    'E_PIPELINE_MISMATCH',
    `The search is for a face of the pipeline "${name}", but the gallery holds faces of others: ${held}. They can't be compared. ` +
      'Search with the models and options that it was enrolled with, or embed its stored faces anew with those of this search: ' +
      '"xfmr gallery re-embed" and the same options.',
    { details: { pipeline: name, pipelines: rows.map(row => row.name) } },
  )
}

const chooseThreshold = (
  calibrator: SearchCalibrator | undefined,
  { threshold, fpir }: SearchOptions,
  masked: boolean,
  size: GallerySize,
): SearchResult['threshold'] => {
  if (threshold !== undefined) {
    return {
      value: threshold,
      chosen: 'given',
      wantedFpir: null,
      rates: calibrator?.at(threshold, masked, size) ?? null,
    }
  }
  if (!calibrator) {
    if (fpir === undefined) return null
    throw new XfmrError(
      'E_BAD_CALIBRATION',
      "Nothing is known of this pipeline's error rates, so no threshold follows from an FPIR. Give a threshold or a calibration.",
    )
  }
  const chosen = calibrator.threshold(fpir, masked, size)
  return { ...chosen, rates: calibrator.at(chosen.value, masked, size) }
}

/** The best face of each of the nearest subjects, by the database. */
const nearest = async (
  { database, s }: Context,
  { id, dimensions }: PipelineRow,
  probe: Float32Array,
  top: number,
  indexed: boolean,
): Promise<Neighbour[]> => {
  const type = `vector(${dimensions})`
  const distance = `embedding::${type} <=> $1::${type}`
  // With something added no index can serve the order, so that every face is looked at.
  const order = indexed ? distance : `(${distance}) + 0`
  // Several of the nearest faces may be of one subject: then more are asked for.
  for (let limit = indexed ? Math.max(2 * top, 20) : top + 10; ; limit *= 4) {
    const rows = await database.query<{ id: string; subject: string; distance: number }>(
      `select id::text, subject::text, distance from (
         select id, subject, ${order} as distance from ${partitionOf(s, id)} order by ${order} limit $2
       ) n order by distance, id`,
      [vectorText(probe), limit],
    )
    const best = new Map<string, Neighbour>()
    for (const { id: example, subject, distance: far } of rows) {
      if (best.has(subject)) continue
      best.set(subject, { id: example, subject, similarity: Math.max(-1, Math.min(1, 1 - far)) })
    }
    if (best.size >= top || rows.length < limit) return [...best.values()].slice(0, top)
  }
}

const auditSearch = async (
  { database, s }: Context,
  actor: string,
  results: readonly SearchResult[],
): Promise<void> => {
  const candidates = results.flatMap(result => result.candidates)
  await audit(database, s, {
    actor,
    action: 'search',
    pipeline: results[0]!.pipeline,
    subjectIds: [...new Set(candidates.map(({ subjectId }) => subjectId))],
    exampleIds: [...new Set(candidates.map(({ example }) => example.id))],
    details: {
      probes: results.length,
      matches: candidates.filter(({ decision }) => decision === 'match').length,
    },
  })
}
