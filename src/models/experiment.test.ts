import { expect, test } from 'vitest'
import { smallRecogniser } from '../../test/graphs.ts'
import { XfmrError } from '../errors.ts'
import type { Photo } from '../image/photo.ts'
import { FEWEST_PEOPLE, type LabelledFace, measureInput, USUAL_FACTS } from './experiment.ts'
import { type InputFacts, inspectRecogniser } from './inspect.ts'
import { openFacts, settle } from './settle.ts'

/** A number in [0, 1) that depends on all of the given ones. */
const hash = (...keys: readonly number[]): number => {
  const value = Math.sin(keys.reduce((sum, key, i) => sum + key * (12.9898 + 65.1 * i), 1)) * 43758.5453
  return value - Math.floor(value)
}

const LENGTH = 24

/** Faces of 8x8 pixels; the first pixel's colour survives both ways of spoiling them well enough to tell the person. */
const faces = (people: number): LabelledFace[] =>
  Array.from({ length: people }, (_, person) => ({
    face: { width: 8, height: 8, data: new Uint8Array(192).fill(10 * person + 5) },
    photo: `photo${person}`,
    person: `person${person}`,
  }))

/** Who it is: brightness 10 p + 5, or 0.35 times that plus 10 for the darkened copy. */
const personOf = ({ data }: Photo, dark: boolean): number =>
  Math.round(((dark ? (data[0]! - 10) / 0.35 : data[0]!) - 5) / 10)

/**
 * A recogniser that is sure of everybody when it is fed as it likes, and else mixes in something that depends on
 * the picture. The batches come in the order plain, coarse, dark.
 */
const recogniser = (noiseOf: (facts: InputFacts) => number) => {
  let calls = 0
  return async (batch: readonly Photo[], facts: InputFacts): Promise<Float32Array[]> => {
    const copy = calls++ % 3
    return batch.map(face => {
      const person = personOf(face, copy === 2)
      const values = Float32Array.from({ length: LENGTH }, (_, i) => {
        const own = hash(person, i) - 0.5
        return own + noiseOf(facts) * (hash(person, i, copy + 7, facts.mean) - 0.5)
      })
      const norm = Math.hypot(...values)
      return values.map(value => value / norm)
    })
  }
}

const isLiked = ({ channels, mean }: InputFacts) => channels === 'bgr' && mean === 127.5

test('the way that tells people apart best is found, and settles the contract', async () => {
  const measurement = await measureInput({
    faces: faces(24),
    embed: recogniser(facts => (isLiked(facts) ? 0.2 : 2)),
  })
  expect(measurement.open).toEqual([{ channels: 'bgr', mean: 127.5, scale: 1 / 127.5 }])
  expect(measurement).toMatchObject({ people: 24, samePairs: 48, differentPairs: 24 * 23 * 2 })
  const { contract, origins, notes } = settle(inspectRecogniser(smallRecogniser()), measurement)
  expect(contract).toMatchObject({ channels: 'bgr', mean: 127.5, scale: 1 / 127.5, grid: 'grid' })
  expect(origins).toMatchObject({
    channels: 'measured',
    mean: 'measured',
    scale: 'measured',
    size: 'detected',
  })
  expect(notes.at(-1)).toMatch(
    /48 same-person and 1104 different-person pairs.*best BGR \(pixel - 127.5\) \* 1\/127.5/,
  )
})

test('separation is (same - mean of different) / deviation of different, as worked out by hand', async () => {
  // Everybody has an axis of their own: a copy is 0.6 like its original and 0 or 0.8 like two others.
  const people = FEWEST_PEOPLE
  const axis = (entries: Readonly<Record<number, number>>) =>
    Float32Array.from({ length: people }, (_, i) => entries[i] ?? 0)
  let calls = 0
  const { trials } = await measureInput({
    faces: faces(people),
    trials: [{ channels: 'rgb', mean: 0, scale: 1 }],
    embed: async batch => {
      const copy = calls++ % 3 > 0
      return batch.map((_, i) => (copy ? axis({ [i]: 0.6, [(i + 1) % people]: 0.8 }) : axis({ [i]: 1 })))
    },
  })
  const mean = 0.8 / (people - 1)
  const deviation = Math.sqrt(0.64 / (people - 1) - mean ** 2)
  expect(trials[0]!.separation).toBeCloseTo((0.6 - mean) / deviation, 5)
})

test('two ways that do about as well are not guessed between', async () => {
  const measurement = await measureInput({
    faces: faces(24),
    embed: recogniser(({ mean }) => (mean === 127.5 ? 0.2 : 2)),
  })
  expect(measurement.open.map(({ channels }) => channels).sort()).toEqual(['bgr', 'rgb'])
  const inspection = inspectRecogniser(smallRecogniser())
  expect(() => settle(inspection, measurement)).toThrow(/does not guess.*--channels rgb\|bgr,? as/)
  const blind = await measureInput({ faces: faces(24), embed: recogniser(() => 0.2) })
  expect(() => settle(inspection, blind)).toThrow(/--channels rgb\|bgr, --mean and --scale/)
})

test('a model that hardly tells people apart decides nothing, however clear the ranking', async () => {
  const { trials, open } = await measureInput({
    faces: faces(24),
    embed: recogniser(facts => (isLiked(facts) ? 1 : 60)),
  })
  expect(trials[0]!.separation).toBeGreaterThan(0.5)
  expect(trials[0]!.separation).toBeLessThan(3)
  expect(trials[1]!.beatenBy).toBeGreaterThanOrEqual(18)
  expect(open).toHaveLength(6)
})

test('only what is open is tried', () => {
  const inspect = (given: Partial<InputFacts>) => openFacts(inspectRecogniser(smallRecogniser(), given))
  expect(inspect({})).toEqual(USUAL_FACTS)
  expect(inspect({ channels: 'rgb' }).map(({ channels }) => channels)).toEqual(['rgb', 'rgb', 'rgb'])
  expect(inspect({ scale: 1 / 128, mean: 127 })).toEqual([
    { channels: 'rgb', mean: 127, scale: 1 / 128 },
    { channels: 'bgr', mean: 127, scale: 1 / 128 },
  ])
  const given = { channels: 'bgr', mean: 0, scale: 1 } as const
  expect(settle(inspectRecogniser(smallRecogniser(), given)).contract).toMatchObject(given)
})

test('without a measurement the options to give are named', () => {
  expect(() => settle(inspectRecogniser(smallRecogniser(), { channels: 'rgb' }))).toThrow(
    /Give --mean and --scale, as .*models pull samples/,
  )
})

test('a way of feeding that overflows counts as useless', async () => {
  const good = recogniser(() => 0.2)
  const { trials } = await measureInput({
    faces: faces(24),
    trials: [USUAL_FACTS[4]!, USUAL_FACTS[1]!],
    embed: async (batch, facts) => {
      if (facts.scale === 1) throw new XfmrError('E_NOT_FINITE', 'vector of length Infinity')
      return good(batch, facts)
    },
  })
  expect(trials.map(({ facts }) => facts.mean)).toEqual([127.5, 0])
  expect(trials[1]).toMatchObject({ separation: 0, beatenBy: 24 })
})

test('too few people are no experiment', async () => {
  const attempt = measureInput({ faces: faces(FEWEST_PEOPLE - 1), embed: recogniser(() => 0) })
  await expect(attempt).rejects.toMatchObject({ code: 'E_USAGE' })
})

test('two unknown faces count as different people only within one photo', async () => {
  const unknown = faces(24).map(({ face }, i) => ({ face, photo: `group${i % 12}` }))
  const { differentPairs, people } = await measureInput({ faces: unknown, embed: recogniser(() => 0.2) })
  expect([people, differentPairs]).toEqual([24, 24 * 1 * 2])
})
