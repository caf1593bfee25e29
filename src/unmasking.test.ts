import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyFrom, eumCorrection, linearCorrection } from '../test/corrections.ts'
import { noise } from '../test/graphs.ts'
import { modelBytes, samplePhotoPath } from '../test/models.ts'
import type { PairExplanation } from './explanation/explainer.ts'
import { randomRecipe } from './masking/recipe.ts'
import { renderMask } from './masking/render.ts'
import {
  cosine,
  type Graph,
  openXfmr,
  type Photo,
  readModel,
  readPhoto,
  writeModel,
  type Xfmr,
} from './node.ts'
import { buildOn } from './onnx/builder.ts'
import { cosineOf } from './recognition/compare.ts'
import { counterpartGraph } from './training/counterpart/graph.ts'

const TAG = 'mobilefacenet:87aacdfe'

let folder: string
let plain: Xfmr
let bare: Photo
let masked: Photo
let network: Graph
const opened: Xfmr[] = []

const file = async (name: string, graph: Graph): Promise<string> => {
  const path = join(folder, `${name}.onnx`)
  await writeFile(path, writeModel(graph))
  return path
}
const open = async (
  name: string,
  graph: Graph,
  options: Parameters<typeof openXfmr>[0] = {},
): Promise<Xfmr> => {
  // The original landmark model finds corrected faces where they were: what differs is the correction.
  const maskLandmarks = join(folder, 'landmarks.onnx')
  const xfmr = await openXfmr({ maskLandmarks, ...options, unmaskModel: await file(name, graph) })
  opened.push(xfmr)
  return xfmr
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-unmask-'))
  await writeFile(join(folder, 'landmarks.onnx'), await modelBytes('landmarks'))
  plain = await openXfmr({ unmask: 'never' })
  opened.push(plain)
  network = readModel(await modelBytes('mobilefacenet'))
  bare = await readPhoto(samplePhotoPath('cage.jpg'))
  const face = await plain.findFace(bare)
  masked = renderMask(bare, face, randomRecipe(1, 'cage', { type: 'surgical', coverage: 'high' })).photo
})
afterAll(async () => {
  await Promise.all(opened.map(xfmr => xfmr.release()))
  await rm(folder, { recursive: true })
})

/** The same graph with other names of some values. */
const renamed = (graph: Graph, names: Readonly<Record<string, string>>): Graph => {
  const to = (name: string): string => names[name] ?? name
  return {
    ...graph,
    outputs: graph.outputs.map(output => ({ ...output, name: to(output.name) })),
    nodes: graph.nodes.map(node => ({
      ...node,
      inputs: node.inputs.map(to),
      outputs: node.outputs.map(to),
    })),
  }
}

const linear = () => linearCorrection(plain.recogniser.contract, TAG, { turn: 0.3, bias: 1 })
const sums = ({ a, b }: PairExplanation): number[] =>
  [a, b].map(({ contributions, bias }) => contributions.data.reduce((sum, value) => sum + value, bias))

describe('routing', () => {
  it('auto leaves a bare face bit for bit and corrects a masked one', async () => {
    const auto = await open('linear', linear())
    const always = await open('linear', linear(), { unmask: 'always' })
    const own = await plain.compare(bare, masked)
    const found = await auto.compare(bare, masked)
    const forced = await always.compare(bare, masked)
    expect(auto.unmask).toBe('auto')
    expect([found.a.unmasked, found.b.unmasked]).toEqual([false, true])
    expect([forced.a.unmasked, forced.b.unmasked]).toEqual([true, true])
    expect([own.a.unmasked, own.b.unmasked]).toEqual([false, false])
    expect(found.a.embedding.vector).toEqual(own.a.embedding.vector)
    expect(found.b.embedding.vector).not.toEqual(own.b.embedding.vector)
    expect(found.b.embedding.vector).toEqual(forced.b.embedding.vector)
    expect(found.condition).toBe('bare-masked')
    expect((await auto.compare(masked, bare)).cosine).toBe(found.cosine)
    expect((await auto.compare(masked, masked)).cosine).toBe(1)
  })

  it('finds a corrected face again with the landmark model for masks, and no other', async () => {
    const landmarks = readModel(await modelBytes('landmarks'))
    const build = buildOn(landmarks)
    const { name } = landmarks.outputs[0]!
    // Every point a hundredth of the crop further right and down.
    build.alias(build.op('Add', [name, build.number(0.01)]), 'shifted')
    const graph = build.finish(['shifted'])
    const moved = renamed(graph, { [name]: 'plain', shifted: name })
    const maskLandmarks = await file('moved', moved)
    const shifted = await open('linear', linear(), { maskLandmarks })
    const still = await open('linear', linear())
    const [before, after] = [await still.compare(bare, masked), await shifted.compare(bare, masked)]
    expect(after.a.face).toEqual(before.a.face)
    expect(after.a.embedding.vector).toEqual(before.a.embedding.vector)
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const [across, down] = [0, 1].map(axis =>
      mean(after.b.face.landmarks.map((point, i) => point[axis]! - before.b.face.landmarks[i]![axis]!)),
    )
    expect(down).toBeGreaterThan(2)
    // The readings of a crop and of its mirror image move x to opposite sides.
    expect(Math.abs(across!)).toBeLessThan(down! / 2)
    expect(after.b.aligned.transform).not.toEqual(before.b.aligned.transform)
    expect(shifted.pipeline).not.toBe(still.pipeline)
    expect(shifted.pipelineOf('never')).toBe(plain.pipeline)
    expect(shifted.models.map(({ role }) => role)).toContain('mask-landmarks')
  })

  it('bulk embedding routes the same way, and returns the grid of the path', async () => {
    const auto = await open('copy', copyFrom(network, plain.recogniser.contract, '503', TAG))
    const { a, b } = await auto.compare(bare, masked)
    const faces = [a.aligned, b.aligned]
    const embeddings = await auto.embed(faces, { grid: true })
    expect(embeddings.map(({ vector }) => vector)).toEqual([a.embedding.vector, b.embedding.vector])
    expect(embeddings.map(({ unmasked }) => unmasked)).toEqual([undefined, true])
    const [without] = await auto.embed(faces)
    expect(without).not.toHaveProperty('grid')
    const originals = await plain.embed(faces, { grid: true })
    for (const [i, { grid, vector }] of embeddings.entries()) {
      expect(cosineOf(vector, originals[i]!.vector)).toBeCloseTo(1, 6)
      expect(grid!.data.every((value, k) => Math.abs(value - originals[i]!.grid!.data[k]!) < 1e-4)).toBe(true)
    }
    const [forced] = await auto.embed([a.aligned], { unmask: 'always' })
    expect(forced).toMatchObject({ unmasked: true, pipeline: auto.pipelineOf('always') })
    const [kept] = await auto.embed([b.aligned], { unmask: 'never' })
    expect(kept).toEqual((await plain.embed([b.aligned]))[0])
  })

  it.each(['507', 'input'])('a copy from %s scores as the recogniser does', async start => {
    const always = await open('copy', copyFrom(network, plain.recogniser.contract, start, TAG), {
      unmask: 'always',
    })
    const expected = (await plain.compare(bare, masked)).cosine
    expect(Math.abs((await always.compare(bare, masked)).cosine - expected)).toBeLessThan(1e-6)
  })

  it('names the correction in the pipeline and among the models, and never mixes', async () => {
    const auto = await open('linear', linear())
    const always = await open('linear', linear(), { unmask: 'always' })
    const tagOf = (wanted: string): string =>
      auto.models.find(({ role }) => role === wanted)!.sha256.slice(0, 8)
    const correction = tagOf('unmask')
    expect(auto.models.map(({ role }) => role)).toEqual([
      'detector',
      'landmarks',
      'recogniser',
      'mask-worn',
      'mask-landmarks',
      'unmask',
      'xcos',
    ])
    expect(auto.pipeline).toBe(`${plain.pipeline}/unmask-auto:${correction}+f10b0ba1+${tagOf('mask-worn')}`)
    expect(always.pipeline).toBe(`${plain.pipeline}/unmask-always:${correction}+f10b0ba1`)
    expect((await open('linear', linear(), { unmask: 'never' })).pipeline).toBe(plain.pipeline)
    const [one] = await auto.embed([(await auto.compare(bare, bare)).a.aligned])
    const [other] = await plain.embed([(await plain.compare(bare, bare)).a.aligned])
    expect(() => cosine(one!, other!)).toThrow(expect.objectContaining({ code: 'E_PIPELINE_MISMATCH' }))
  })

  it('refuses what does not fit or is not there', async () => {
    await expect(
      open('foreign', linearCorrection(plain.recogniser.contract, 'other:00000000')),
    ).rejects.toMatchObject({
      code: 'E_PIPELINE_MISMATCH',
      message: expect.stringContaining('other:00000000'),
    })
    await expect(open('unnamed', { ...linear(), name: 'graph' })).rejects.toMatchObject({
      code: 'E_MODEL_INVALID',
    })
    await expect(openXfmr({ unmaskModel: join(folder, 'gone.onnx') })).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    })
    const { aligned } = (await plain.compare(bare, bare)).a
    await expect(plain.embed([aligned], { unmask: 'always' })).rejects.toMatchObject({
      code: 'E_MODEL_MISSING',
    })
  })

  it('takes weights of half the size', async () => {
    const path = join(folder, 'half.onnx')
    await writeFile(
      path,
      writeModel(copyFrom(network, plain.recogniser.contract, '503', TAG), { half: true }),
    )
    const xfmr = await openXfmr({ unmaskModel: path, maskLandmarks: join(folder, 'landmarks.onnx') })
    opened.push(xfmr)
    const [b, own] = await Promise.all([xfmr, plain].map(async each => (await each.compare(bare, masked)).b))
    expect(b!.unmasked).toBe(true)
    expect(cosineOf(b!.embedding.vector, own!.embedding.vector)).toBeGreaterThan(0.9999)
  })
})

describe('counterparts', () => {
  const openWith = async (options: Parameters<typeof openXfmr>[0] = {}): Promise<Xfmr> => {
    const { dimensions } = plain.recogniser.contract
    const matrix = noise([dimensions, dimensions], 9).data as Float32Array
    const unmaskModel = await file('linear', linear())
    const sha256 = createHash('sha256')
      .update(await readFile(unmaskModel))
      .digest('hex')
    const graph = counterpartGraph(matrix, plain.recogniser.contract, `${TAG}+unmask:${sha256.slice(0, 8)}`)
    const counterpartModel = await file('counterpart', graph)
    return open('linear', linear(), { counterpartModel, ...options })
  }

  it('stand for the bare face of a pair with one mask, and nowhere else', async () => {
    const xfmr = await openWith()
    const { dimensions } = plain.recogniser.contract
    const matrix = noise([dimensions, dimensions], 9).data as Float32Array
    const comparison = await xfmr.compare(bare, masked)
    const [own] = await xfmr.embed([comparison.a.aligned])
    const turned = Float32Array.from({ length: dimensions }, (_, j) =>
      own!.vector.reduce((sum, x, i) => sum + x * matrix[i * dimensions + j]!, 0),
    )
    expect(comparison.cosine).toBeCloseTo(cosineOf(turned, comparison.b.embedding.vector), 5)
    expect((await xfmr.compare(masked, bare)).cosine).toBe(comparison.cosine)
    expect(comparison.a.unmasked).toBe(false)
    const without = await open('linear', linear())
    for (const pair of [
      [bare, bare],
      [masked, masked],
    ] as const) {
      expect((await xfmr.compare(...pair)).cosine).toBe((await without.compare(...pair)).cosine)
    }
    expect((await without.compare(bare, masked)).cosine).not.toBeCloseTo(comparison.cosine, 3)
    // Embeddings are the same with them and without; scores, and so their error rates, are not.
    expect(xfmr.pipeline).toBe(without.pipeline)
    expect(xfmr.scoreId('cosine')).toMatch(/\/counterpart:[0-9a-f]{8}$/)
    expect(xfmr.scoreId('cosine', 'never')).toBe(plain.pipeline)
    expect(comparison.xcos).toEqual((await without.compare(bare, masked)).xcos)
  })

  it('explain exactly, on both faces', async () => {
    const xfmr = await openWith()
    const comparison = await xfmr.compare(bare, masked)
    // And the embeddings as they are, without a counterpart, as a search compares them.
    const plainly = { ...comparison, a: await xfmr.examine(bare, comparison.a.face) }
    for (const pair of [comparison, plainly]) {
      const score = cosineOf(pair.a.embedding.vector, pair.b.embedding.vector)
      const explanation = await xfmr.explain(pair, { channels: 3 })
      expect(explanation.exact).toBe(true)
      expect(explanation.cosine).toBeCloseTo(score, 6)
      for (const sum of sums(explanation)) expect(Math.abs(sum - score)).toBeLessThan(1e-4)
    }
  })

  it('are not used where every face is corrected, and belong to one correction', async () => {
    const always = await openWith({ unmask: 'always' })
    expect(always.models.map(({ role }) => role)).not.toContain('counterpart')
    expect(always.scoreId('cosine')).toBe(always.pipeline)
    const foreign = counterpartGraph(
      new Float32Array(512 * 512),
      plain.recogniser.contract,
      `${TAG}+unmask:00000000`,
    )
    const counterpartModel = await file('foreign', foreign)
    await expect(open('linear', linear(), { counterpartModel })).rejects.toMatchObject({
      code: 'E_PIPELINE_MISMATCH',
    })
  })
})

describe('explaining a pair of a bare and a corrected face', () => {
  it.each<[string, () => Graph]>([
    ['a linear layer behind the embedding', linear],
    ['the last layers', () => copyFrom(network, plain.recogniser.contract, '503', TAG)],
    ['the layers behind the grid', () => copyFrom(network, plain.recogniser.contract, '507', TAG)],
  ])('adds up exactly through %s', async (_, correction) => {
    const auto = await open('part', correction())
    for (const pair of [
      [bare, masked],
      [masked, bare],
      [masked, masked],
    ] as const) {
      const comparison = await auto.compare(...pair)
      const explanation = await auto.explain(comparison, { channels: 3 })
      expect(explanation.exact).toBe(true)
      for (const sum of sums(explanation)) expect(Math.abs(sum - comparison.cosine)).toBeLessThan(1e-4)
      const sizes = [explanation.a, explanation.b].map(face =>
        face.maps[0]!.layers.map(({ layer }) => `${layer.height}`),
      )
      expect(sizes[0]).toEqual(['56', '28', '14', '7'])
      expect(sizes[1]).toEqual(sizes[0])
    }
  })

  it('uses for each face the network that embedded it', async () => {
    const auto = await open('late', copyFrom(network, plain.recogniser.contract, '503', TAG))
    const comparison = await auto.compare(bare, masked)
    const names = ({ maps }: PairExplanation['a']) => maps[0]!.layers.map(({ layer }) => layer.name)
    const { a, b } = await auto.explain(comparison)
    expect(names(a).at(-1)).toBe('507')
    expect(names(b).at(-1)).toBe('unmask/507')
    const chosen = await auto.explain(comparison, { layers: ['471', '507'] })
    expect(names(chosen.a)).toEqual(['471', '507'])
    expect(names(chosen.b)).toEqual(['471', 'unmask/507'])
    const own = await plain.explain(await plain.compare(bare, masked))
    const differences = b.contributions.data.map((value, i) => Math.abs(value - own.b.contributions.data[i]!))
    expect(Math.max(...differences)).toBeLessThan(1e-4)
  })

  it('says that an EUM has no exact sum, and still draws maps', async () => {
    const auto = await open('eum', eumCorrection(plain.recogniser.contract, TAG))
    const comparison = await auto.compare(bare, masked)
    const explanation = await auto.explain(comparison, { methods: ['layercam', 'hirescam'] })
    expect(explanation.exact).toBe(false)
    for (const { map } of explanation.b.maps) expect(Math.max(...map.data)).toBeGreaterThan(0.1)
    const two = await auto.explain(await auto.compare(bare, bare))
    expect(two.exact).toBe(true)
  })
})
