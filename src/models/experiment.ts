import { XfmrError } from '../errors.ts'
import type { Photo } from '../image/photo.ts'
import type { InputFacts } from './inspect.ts'

/** An aligned face with what is known of whose it is. */
export type LabelledFace<P extends Photo = Photo> = {
  readonly face: P
  /** Name of the photo. Two faces in one photo are two people. */
  readonly photo: string
  /** The person, where known. */
  readonly person?: string
}

/** One way to feed the model, and how well it then tells faces apart. */
export type Trial = {
  readonly facts: InputFacts
  /** Mean over people of (similarity of same - mean of different) / deviation of different. */
  readonly separation: number
  /** People for whom the best trial is better than this one; all of them for the best itself. */
  readonly beatenBy: number
}

export type Measurement = {
  /** Best first. */
  readonly trials: readonly Trial[]
  /** The trials that the best one did not clearly beat, itself included. One: the question is settled. */
  readonly open: readonly InputFacts[]
  readonly people: number
  readonly samePairs: number
  readonly differentPairs: number
}

/** Another trial is ruled out when the best one is better for this share of people ... */
const CLEAR = 0.75
/** ... and its separation is lower by this share. */
const MARGIN = 0.05
/**
 * A model that separates less well however it is fed decides nothing: differences between its trials come from the
 * pictures, not from its training. (An untrained network reaches 1 to 2, the default model 7.)
 */
const WEAKEST = 3
/** Fewer people can't settle anything: with 12, three quarters happen by chance in 7 % of trials, with 20 in 2 %. */
export const FEWEST_PEOPLE = 20

/** The ways to feed a model that are tried: both plane orders, and pixels from -1 to 1, 0 to 1 and 0 to 255. */
export const USUAL_FACTS: readonly InputFacts[] = [
  { channels: 'rgb', mean: 127.5, scale: 1 / 127.5 },
  { channels: 'bgr', mean: 127.5, scale: 1 / 127.5 },
  { channels: 'rgb', mean: 0, scale: 1 / 255 },
  { channels: 'bgr', mean: 0, scale: 1 / 255 },
  { channels: 'rgb', mean: 0, scale: 1 },
  { channels: 'bgr', mean: 0, scale: 1 },
]

/**
 * Finds out by trial how a model wants its pixels. A network that is fed as it was trained recognises a face again
 * after the picture was spoilt; fed otherwise it does so less well. Same-person pairs are a face and a spoilt copy of
 * it (four times coarser, or a third as bright); different-person pairs are a face and the spoilt copy of another person.
 * Trials are compared person by person, so that a person with many photos counts once.
 * @param embed Embeds aligned faces under the given facts; unit vectors in order.
 * @throws XfmrError `E_USAGE` when there are too few people to tell.
 */
export const measureInput = async <P extends Photo>({
  faces,
  trials = USUAL_FACTS,
  embed,
  onTrial = () => {},
}: {
  faces: readonly LabelledFace<P>[]
  trials?: readonly InputFacts[]
  embed: (faces: readonly P[], facts: InputFacts) => Promise<readonly Float32Array[]>
  onTrial?: (done: number, total: number) => void
}): Promise<Measurement> => {
  const people = groupByPerson(faces)
  if (people.length < FEWEST_PEOPLE) {
    throw new XfmrError(
      'E_USAGE',
      `${people.length} people are too few to tell how the model wants its pixels; give --channels and --scale.`,
    )
  }
  const copies = SPOILERS.map(spoil => faces.map(({ face }) => spoil(face)))
  const different = faces.map(a => faces.map(b => areDifferent(a, b)))
  const results: { facts: InputFacts; byPerson: number[]; separation: number }[] = []
  for (const [index, facts] of trials.entries()) {
    onTrial(index, trials.length)
    const separations = await separationOf(faces, copies, different, batch => embed(batch, facts))
    const byPerson = people.map(members => average(members.map(member => separations[member]!)))
    results.push({ facts, byPerson, separation: average(byPerson) })
  }
  results.sort((a, b) => b.separation - a.separation)
  const best = results[0]!
  const ranked = results.map(({ facts, byPerson, separation }) => {
    const wins = byPerson.filter((value, person) => best.byPerson[person]! > value).length
    return { facts, separation, beatenBy: facts === best.facts ? people.length : wins }
  })
  return {
    trials: ranked,
    open: ranked.filter(trial => !isRuledOut(trial, ranked[0]!, people.length)).map(({ facts }) => facts),
    people: people.length,
    samePairs: faces.length * SPOILERS.length,
    differentPairs: different.flat().filter(Boolean).length * SPOILERS.length,
  }
}

// --- internal ---

const isRuledOut = (trial: Trial, best: Trial, people: number): boolean =>
  trial !== best &&
  best.separation >= WEAKEST &&
  trial.beatenBy >= CLEAR * people &&
  trial.separation <= (1 - MARGIN) * best.separation

type Spoiler = <P extends Photo>(face: P) => P

/** Averages blocks of 4x4 pixels. */
const coarsen: Spoiler = face => {
  const { width, height, data } = face
  const result = new Uint8Array(data.length)
  const block = 4
  for (let top = 0; top < height; top += block) {
    for (let left = 0; left < width; left += block) {
      const bottom = Math.min(top + block, height)
      const right = Math.min(left + block, width)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) sum += data[(y * width + x) * 3 + channel]!
        const mean = Math.round(sum / ((bottom - top) * (right - left)))
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) result[(y * width + x) * 3 + channel] = mean
      }
    }
  }
  return { ...face, data: result }
}

const darken: Spoiler = face => ({ ...face, data: face.data.map(value => Math.round(0.35 * value + 10)) })

const SPOILERS: readonly Spoiler[] = [coarsen, darken]

/** Indices of the faces of each person; a face of nobody known is a person of its own. */
const groupByPerson = (faces: readonly LabelledFace[]): number[][] => {
  const groups = new Map<string, number[]>()
  faces.forEach(({ person }, index) => {
    const key = person === undefined ? `#${index}` : `=${person}`
    groups.set(key, [...(groups.get(key) ?? []), index])
  })
  return [...groups.values()]
}

const areDifferent = (a: LabelledFace, b: LabelledFace): boolean => {
  if (a === b) return false
  if (a.photo === b.photo) return true
  // Two unknown people in two photos may be one.
  return a.person !== b.person
}

/** How far each face and its spoilt copies stand out from those of other people; 0 where the model tells nobody apart. */
const separationOf = async <P extends Photo>(
  faces: readonly LabelledFace<P>[],
  copies: readonly (readonly P[])[],
  different: readonly (readonly boolean[])[],
  embed: (faces: readonly P[]) => Promise<readonly Float32Array[]>,
): Promise<number[]> => {
  const sums = new Array<number>(faces.length).fill(0)
  try {
    const originals = await embed(faces.map(({ face }) => face))
    for (const batch of copies) {
      const spoilt = await embed(batch)
      const others: number[] = []
      for (const [i, a] of spoilt.entries()) {
        for (const [j, b] of originals.entries()) if (different[i]![j]) others.push(dot(a, b))
      }
      const mean = average(others)
      const deviation = Math.sqrt(average(others.map(value => (value - mean) ** 2)))
      spoilt.forEach((vector, i) => {
        sums[i]! += (dot(vector, originals[i]!) - mean) / deviation / copies.length
      })
    }
    return sums.map(value => (Number.isFinite(value) ? value : 0))
  } catch (error) {
    // A network that is fed far too large pixels may overflow: that settles it.
    if (error instanceof XfmrError && error.code === 'E_NOT_FINITE') return sums.fill(0)
    throw error
  }
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
