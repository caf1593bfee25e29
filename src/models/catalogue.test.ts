import { describe, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { readModel } from '../onnx/proto.ts'
import { cardText } from './card.ts'
import { CATALOGUE, DEFAULT_RECOGNISER, filesOf, specOf } from './catalogue.ts'
import { inspectRecogniser } from './inspect.ts'
import { LANDMARKS, MOBILEFACENET } from './networks.ts'
import { SAMPLES } from './photos.ts'

test('every pin has the form of a hash, and names are unique', () => {
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length)
  for (const { source, files } of CATALOGUE) {
    expect(Buffer.from(source.integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64)
    for (const file of files) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file.path).not.toMatch(/^\/|\.\.|\\/)
    }
  }
})

test('entries of one package come out of one tarball', () => {
  expect(filesOf(LANDMARKS.source).map(({ path }) => path)).toEqual([
    'model/fr_detect.onnx',
    'model/fr_landmark.onnx',
    'model/fr_feature.onnx',
  ])
  for (const entry of CATALOGUE) {
    const twins = CATALOGUE.filter(({ source }) => specOf(source) === specOf(entry.source))
    expect(new Set(twins.map(({ source }) => source.integrity)).size).toBe(1)
  }
})

test('the samples hold same-person and different-person pairs', () => {
  const people = new Set(SAMPLES.files.map(({ person }) => person))
  expect(people.size).toBe(13)
  const several = [...people].filter(name => SAMPLES.files.filter(({ person }) => person === name).length > 1)
  expect(several.sort()).toEqual(['bieber', 'cage', 'connery', 'franck'])
})

describe('what the catalogue says is what the graphs say', () => {
  test.each(CATALOGUE.filter(({ kind }) => kind === 'detector' || kind === 'landmarks'))(
    '$name',
    async entry => {
      if (entry.kind !== 'detector' && entry.kind !== 'landmarks') throw new Error('filtered above')
      const { input, outputs, width, height, channels } = entry.contract
      const graph = readModel(await modelBytes(entry.name))
      expect(graph.inputs).toEqual([
        { name: input, type: 'float32', shape: [1, channels === 'grey' ? 1 : 3, height, width] },
      ])
      expect(graph.outputs.map(({ name }) => name)).toEqual(outputs)
    },
  )

  test('mobilefacenet', async () => {
    const { contract } = inspectRecogniser(readModel(await modelBytes(DEFAULT_RECOGNISER)))
    const { input, output, grid, size, dimensions } = MOBILEFACENET.contract
    expect(contract).toEqual({ input, output, grid, size, dimensions })
  })
})

test('a card says where a model comes from and what it may not be used for', () => {
  const text = cardText(MOBILEFACENET)
  for (const part of [
    'faceplugin-face-recognition-js@0.0.1',
    'MIT',
    'BGR',
    '1/127.5',
    'Unknown',
    '99.45 %',
    'limits',
  ]) {
    expect(text).toContain(part)
  }
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
})
