import { XfmrError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import { dotProduct } from '../../recognition/compare.ts'
import { crossedDesignEffect } from '../_crossed-design-effect.ts'
import { designEffect } from '../_design-effect.ts'
import { type Calibration, type CalibrationSource, calibrateScores } from '../calibration.ts'
import { exactDistribution } from '../distribution.ts'
import { fpirOf } from '../fpir.ts'
import { addScores, createHistogram, histogramDistribution } from '../histogram.ts'
import { cumulativeMatch, fnirAtFpir, openSetRates, type Search } from '../identification.ts'
import type { PairList, PhotoRef } from '../pairs.ts'
import type { IdentificationResult } from '../result.ts'
import { scoresOf } from '../scores.ts'
import { type EmbedMasked, nameOf } from './masked.ts'
import { embedEach, failuresOf, type OutcomesByPhoto, ownersOf, sharedBytes } from './outcomes.ts'
import { type DrawnMask, type ProtocolRun, photosOf } from './verification.ts'

export type IdentificationOptions = {
  readonly mask: DrawnMask
  readonly maskSeed: string
  readonly resamples?: number
  readonly seed?: string
}

/**
 * Identification 1:N on the photos of a list. Everybody with two photos or more is enrolled with the first one; their other
 * photos are mated probes, the photos of everybody else unmated ones. Probes as they are, and with masks drawn on them.
 * Intervals: percentile bootstrap over the people of the probes, the threshold chosen anew in each resample.
 * @throws XfmrError `E_TOO_FEW_SCORES` when the list has nobody with two photos, or nobody with one
 */
export const runIdentification = async (
  list: PairList,
  embed: EmbedMasked,
  { mask, maskSeed, resamples = 1000, seed = '1' }: IdentificationOptions,
): Promise<ProtocolRun> => {
  const owners = ownersOf(list.pairs.flatMap(({ a, b }) => [a, b]))
  const { enrolled, probes } = splitPhotos(owners)
  const bare = await embedEach(owners.keys(), embed(undefined))
  const masked = await embedEach(
    probes.map(({ photo }) => photo),
    embed(mask),
  )
  const measured = [
    measureSetting('bare probes', 'bare-bare', enrolled, probes, bare, bare, { resamples, seed }),
    measureSetting('masked probes', 'bare-masked', enrolled, probes, bare, masked, { resamples, seed }),
  ]
  const photos = photosOf({
    photos: owners.size,
    identities: new Set(owners.values()).size,
    failures: failuresOf(bare),
    sameBytes: sharedBytes(bare, owners),
  })
  return {
    lists: [],
    calibrations: source =>
      measured.map(({ calibrate, result: { synthetic } }) => {
        const drawn = synthetic ? `, synthetic masks (${nameOf(mask)}, seed ${maskSeed})` : ''
        return calibrate({ ...source, name: `${source.name}${drawn}`, synthetic })
      }),
    result: {
      protocol: 'identification',
      settings: [],
      identification: measured.map(({ result }) => result),
      masks: { type: nameOf(mask), seed: maskSeed },
      photos: {
        ...photos,
        failures: [
          ...photos.failures,
          ...failuresOf(masked).map(failure => ({ ...failure, mask: nameOf(mask) })),
        ],
      },
    },
  }
}

/** Who is enrolled with which photo, and which photos are searched for. */
export const splitPhotos = (
  owners: ReadonlyMap<string, string>,
): { enrolled: PhotoRef[]; probes: (PhotoRef & { mated: boolean })[] } => {
  const byPerson = new Map<string, string[]>()
  for (const [photo, identity] of owners) byPerson.set(identity, [...(byPerson.get(identity) ?? []), photo])
  const enrolled: PhotoRef[] = []
  const probes: (PhotoRef & { mated: boolean })[] = []
  for (const identity of [...byPerson.keys()].sort()) {
    const [first, ...rest] = byPerson.get(identity)!.sort()
    if (rest.length === 0) probes.push({ photo: first!, identity, mated: false })
    else {
      enrolled.push({ photo: first!, identity })
      probes.push(...rest.map(photo => ({ photo, identity, mated: true })))
    }
  }
  return { enrolled, probes }
}

// --- internal ---

/** The open-set operating point of the results. */
const FPIR = 0.01

type Wishes = { readonly resamples: number; readonly seed: string }

const measureSetting = (
  name: string,
  condition: 'bare-bare' | 'bare-masked',
  enrolled: readonly PhotoRef[],
  probes: readonly (PhotoRef & { mated: boolean })[],
  references: OutcomesByPhoto,
  outcomes: OutcomesByPhoto,
  { resamples, seed }: Wishes,
): { result: IdentificationResult; calibrate(source: Omit<CalibrationSource, 'condition'>): Calibration } => {
  const gallery = enrolled.flatMap(({ photo, identity }) => {
    const vector = vectorOf(references, photo)
    return vector ? [{ identity, vector }] : []
  })
  const impostors = createHistogram()
  const genuine: number[] = []
  const genuinePairs: { identities: readonly [string, string]; genuine: true; score: number | null }[] = []
  // The scores of strangers with everybody: what FPIR is made of.
  const strangers: Float32Array[] = []
  const searches = probes.map(({ photo, identity, mated }): Search => {
    const vector = vectorOf(outcomes, photo)
    if (!vector) {
      if (mated) genuinePairs.push({ identities: [identity, identity], genuine: true, score: null })
      return { mated, rank: Infinity, mateScore: -Infinity, otherScore: -Infinity }
    }
    const scores = Float32Array.from(gallery, entry => clamp(dotProduct(vector, entry.vector)))
    const place = mated ? gallery.findIndex(entry => entry.identity === identity) : -1
    const mateScore = place < 0 ? -Infinity : scores[place]!
    let rank = place < 0 ? Infinity : 1
    let otherScore = -Infinity
    scores.forEach((score, i) => {
      if (i === place) return
      if (score >= mateScore) rank++
      if (score > otherScore) otherScore = score
    })
    addScores(
      impostors,
      scores.filter((_, i) => i !== place),
    )
    if (mated) {
      const score = place < 0 ? null : mateScore
      if (score !== null) genuine.push(score)
      genuinePairs.push({ identities: [identity, identity], genuine: true, score })
    } else strangers.push(scores)
    return { mated, rank, mateScore, otherScore }
  })
  const point = fnirAtFpir(searches, FPIR)
  const people = probes.map(({ identity }) => identity)
  const draws = bootstrap(people, searches, resamples, createRandom(seed, 'identification', name))
  const passed = strangers.reduce(
    (sum, scores) => sum + scores.reduce((count, score) => count + Number(score >= point.threshold), 0),
    0,
  )
  const fmr = passed / Math.max(1, strangers.length * gallery.length)
  const mates = searches.filter(({ mated }) => mated)
  return {
    result: {
      name,
      condition,
      synthetic: condition === 'bare-masked',
      gallery: gallery.length,
      mated: mates.length,
      unmated: searches.length - mates.length,
      failedToAcquire: {
        gallery: enrolled.length - gallery.length,
        probes: probes.filter(({ photo }) => !vectorOf(outcomes, photo)).length,
      },
      rank1: cumulativeMatch(searches, 1)[0]!,
      rank10: cumulativeMatch(searches, 10)[9]!,
      threshold: Number.isFinite(point.threshold) ? point.threshold : null,
      fpir: point.fpir,
      fnir: point.fnir,
      predictedFpir: fpirOf([{ fmr, count: gallery.length }]),
      intervals: {
        rank1: draws.interval(draw => cumulativeMatch(draw, 1)[0]!),
        fnir: draws.interval(draw => fnirAtFpir(draw, FPIR).fnir),
        fpir: draws.interval(draw => openSetRates(draw, point.threshold).fpir),
      },
    },
    calibrate: source =>
      calibrateScores(
        scoresOf(
          exactDistribution(genuine, genuinePairs.length - genuine.length),
          histogramDistribution(impostors),
        ),
        {
          ...source,
          condition,
          identities: new Set(people).size,
          crossValidated: null,
          designEffect: {
            genuine: designEffect(genuinePairs).genuine,
            impostor: crossedDesignEffect(strangers),
          },
        },
      ),
  }
}

const clamp = (score: number): number => Math.max(-1, Math.min(1, score))

const vectorOf = (outcomes: OutcomesByPhoto, photo: string): Float32Array | undefined => {
  const outcome = outcomes.get(photo)
  return outcome && 'embedding' in outcome ? outcome.embedding.vector : undefined
}

/** Resamples of the searches, by the person of the probe. */
const bootstrap = (
  people: readonly string[],
  searches: readonly Search[],
  resamples: number,
  random: Random,
): { interval(measure: (draw: readonly Search[]) => number): [number, number] } => {
  const groups = new Map<string, Search[]>()
  people.forEach((person, i) => {
    groups.set(person, [...(groups.get(person) ?? []), searches[i]!])
  })
  // Mated and unmated people apart, so that every draw has both.
  const kinds = [true, false].map(mated => [...groups.values()].filter(group => group[0]!.mated === mated))
  if (kinds.some(kind => kind.length === 0)) {
    throw new XfmrError(
      'E_TOO_FEW_SCORES',
      'Identification needs people with several photos, who are enrolled, and people with one, who are not.',
    )
  }
  const draws = Array.from({ length: resamples }, () =>
    kinds.flatMap(kind => Array.from(kind, () => random.pick(kind)).flat()),
  )
  return {
    interval: measure => {
      const values = draws.map(measure).sort((a, b) => a - b)
      const at = (share: number): number =>
        values[Math.min(values.length - 1, Math.floor(share * values.length))]!
      return [at(0.025), at(0.975)]
    },
  }
}
