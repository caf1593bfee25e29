import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePng, readPhoto } from '../src/image/node.ts'
import { modelStore, openXfmr } from '../src/node.ts'
import { explainResult } from '../src/report/explanation.ts'
import { samplePhotoPath } from './models.ts'
import { run } from './terminal.ts'

let folder: string
const at = (name: string): string => join(folder, name)
const cage = samplePhotoPath('cage.jpg')
const cageAgain = samplePhotoPath('cage2_crop.jpg')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-explain-'))
  const photo = await readPhoto(cage)
  const { width, height } = photo
  const data = new Uint8Array(photo.data.length)
  for (let i = 0; i < width * height; i++) {
    const from = i - (i % width) + width - 1 - (i % width)
    data.set(photo.data.subarray(3 * from, 3 * from + 3), 3 * i)
  }
  await writeFile(at('mirrored.png'), await encodePng({ width, height, data }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const explained = async (...argv: string[]) => {
  const { code, out, err } = await run('explain', ...argv, '--json')
  expect(err).toBe('')
  expect(code).toBe(0)
  return explainResult.parse(JSON.parse(out))
}

describe('xfmr explain --cells', () => {
  it('finds the cells of a face on its mirror image where they went', async () => {
    const argv = [cage, at('mirrored.png'), '--method', 'contributions', '--cells', '3:2,3:4,4:3,0:1']
    const { correspondence } = await explained(...argv, '--out', at('matches'))
    expect(correspondence).toMatchObject({ width: 7, height: 7 })
    const { shown, similarity } = correspondence!
    expect(shown.map(({ row, column, best }) => [row, column, best[0]!.row, best[0]!.column])).toEqual([
      [3, 2, 3, 4],
      [3, 4, 3, 2],
      [4, 3, 4, 3],
      [0, 1, 0, 5],
    ])
    for (const { mutual, best } of shown) {
      expect(mutual).toBe(true)
      expect(best[0]!.cosine).toBeGreaterThan(best[1]!.cosine)
    }
    // Nearly all others, too.
    const found = similarity.filter((row, cell) => {
      const there = cell - (cell % 7) + 6 - (cell % 7)
      return row.indexOf(Math.max(...row)) === there
    })
    expect(found.length).toBeGreaterThan(40)
    const files = await readdir(at('matches'))
    expect(files).toContain('matches.png')
    expect(await readFile(at('matches/report.html'), 'utf8')).toContain('Which cells match')
  })

  it('of the same photo twice matches every cell with itself, and shows the strongest', async () => {
    const { correspondence, faces } = await explained(cage, cage, '--method', 'contributions')
    expect(correspondence).toMatchObject({ mutual: 49, samePlace: 49 })
    const strongest = Math.max(...faces[0].contributions.flat())
    expect(correspondence!.shown[0]!.contribution).toBeCloseTo(strongest, 6)
    expect(correspondence!.shown).toHaveLength(6)
  })

  it.each([
    [[cage, cageAgain, '--cells', '7:0'], /--cells takes row:column from 0:0 to 6:6.*"7:0"/],
    [[cage, cageAgain, '--cells', 'nose'], /--cells takes row:column/],
    [[cage, '--cells', '3:3'], /--cells.*name two photos/],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run('explain', ...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('xfmr explain --filters', () => {
  it('shows what single channels did, at any layer, on both faces', async () => {
    const argv = [cage, cageAgain, '--method', 'contributions', '--channels', '1', '--json']
    const [strongest] = JSON.parse((await run('explain', ...argv)).out).faces[0].channels
    const chosen = `7x7:${strongest.channel},14x14:5`
    const { faces } = await explained(...argv.slice(0, 4), '--filters', chosen, '--out', at('filters'))
    const [last, middle] = faces[0].filters!
    const { channel, contribution, activation, contributions } = strongest
    expect(last).toEqual({
      layer: '507',
      size: '7x7',
      channel,
      contribution: expect.closeTo(contribution, 6),
      activation,
      contributions,
    })
    expect(middle).toMatchObject({ size: '14x14', channel: 5 })
    expect(middle!.activation).toHaveLength(14)
    const sum = middle!.contributions.flat().reduce((total, value) => total + value, 0)
    expect(sum).toBeCloseTo(middle!.contribution, 5)
    expect(faces[1].filters![1]!.activation).not.toEqual(middle!.activation)
    const files = await readdir(at('filters'))
    expect(files).toContain('b-filter-14x14-471-5-activation.npy')
    const page = await readFile(at('filters/report.html'), 'utf8')
    expect(page).toContain('Channel 5 of layer 471, 14x14')
    expect(page).not.toContain('What each method shows')
  })

  it.each([
    ['7x7:512', /no channel 512.*"507".*0 to 511.*\[E_USAGE\]/],
    ['9x9:0', /no layer "9x9".*\[E_UNKNOWN_LAYER\]/],
    ['5', /--filters takes layer:channel/],
  ])('refuses %s', async (filters, message) => {
    const { code, err } = await run('explain', cage, '--filters', filters)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('xfmr explain --target xcos', () => {
  it('explains the explainable cosine: integrated gradients add up to it, less that of a black photo', async () => {
    const methods = ['integrated', 'layercam', 'corrrise']
    const argv = [cage, cageAgain, '--method', methods.join(), '--samples', '64']
    const own = await explained(...argv, '--target', 'xcos')
    const [{ maps }] = own.faces
    expect(maps.map(({ method, target }) => [method, target])).toEqual(methods.map(id => [id, 'xcos']))

    const xfmr = await openXfmr({ store: modelStore(), threads: 1 })
    const { a, b, xcos } = await xfmr.compare(await readPhoto(cage), await readPhoto(cageAgain))
    const black = { ...a.aligned, data: new Uint8Array(a.aligned.data.length) }
    // A black square passes for a mask, but the network that is explained is the one of the face.
    const [dark] = await xfmr.recogniser.embed([black], { grid: true })
    const start = await xfmr.xcos({ ...dark!, pipeline: xfmr.pipeline }, b.embedding)
    await xfmr.release()
    const { found, expected } = maps[0]!.sum!
    expect(expected).toBeCloseTo(xcos.score - start.score, 3)
    expect(Math.abs(found - expected)).toBeLessThan(0.05 * Math.abs(expected))

    // Another question than that of the cosine has other answers.
    const cosine = await explained(...argv, '--target', 'cosine')
    for (const [i, { map }] of cosine.faces[0].maps.entries()) expect(maps[i]!.map).not.toEqual(map)
  })
})

describe('xfmr synthesise', () => {
  it('draws a picture that the network takes for the person', async () => {
    const out = at('identity.png')
    const argv = [cage, '--identity', '--steps', '40', '--out', out]
    const { code, out: text } = await run('synthesise', ...argv)
    expect(code).toBe(0)
    expect(text).toContain('as sensitive as the photo')
    const xfmr = await openXfmr({ store: modelStore(), threads: 1 })
    const photo = await readPhoto(cage)
    const face = await xfmr.examine(photo, await xfmr.findFace(photo), { unmask: 'never' })
    const picture = { ...face.aligned, ...(await readPhoto(out)) }
    const [made] = await xfmr.recogniser.embed([picture])
    await xfmr.release()
    const cosine = made!.vector.reduce((sum, value, i) => sum + value * face.embedding.vector[i]!, 0)
    // The threshold for the same person is 0.32.
    expect(cosine).toBeGreaterThan(0.6)
    const result = JSON.parse((await run('synthesise', ...argv, '--json')).out)
    expect(result).toMatchObject({ wish: 'identity', steps: 40, out })
    expect(result.after).toBeCloseTo(cosine, 1)
  })

  it.each([
    [['--dream', '14x14'], /--dream needs the photo/],
    [[cage, '--identity', '--dream', '7x7'], /Choose one of/],
    [[cage], /Choose one of/],
    [['--channel', '7x7:512'], /no channel 512/],
    [['--channel', '7x7'], /--channel takes layer:channel/],
    [['--channel', '7x7:1,7x7:2'], /one channel/],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run('synthesise', ...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).toContain('[E_USAGE]')
  })
})
