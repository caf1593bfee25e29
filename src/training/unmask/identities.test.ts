import { expect, test } from 'vitest'
import { identitiesAlike, identityMeans } from './identities.ts'

const vector = (...values: number[]) => Float32Array.from(values)

test('means are of length 1', () => {
  const means = identityMeans([
    { identity: 'a', vector: vector(1, 0) },
    { identity: 'a', vector: vector(0, 1) },
    { identity: 'b', vector: vector(0, -1) },
  ])
  expect([...means.get('a')!]).toEqual([Math.SQRT1_2, Math.SQRT1_2].map(value => expect.closeTo(value, 6)))
  expect([...means.get('b')!]).toEqual([0, -1])
})

test('people of a test set are found by the cosine of their means', () => {
  const test = new Map([
    ['x', vector(1, 0)],
    ['y', vector(0, 1)],
  ])
  const training = new Map([
    ['same', vector(0.6, -0.8)],
    ['near', vector(-0.87, 0.49)],
    ['far', vector(-0.6, -0.8)],
  ])
  expect([...identitiesAlike(training, test)]).toEqual(['same'])
  expect([...identitiesAlike(training, test, 0.45)]).toEqual(['same', 'near'])
})
