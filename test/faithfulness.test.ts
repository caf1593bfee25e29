import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaithfulnessResult, faithfulnessResult } from '../src/explanation/faithfulness/result.ts'
import { copySamples } from './people.ts'
import { run } from './terminal.ts'

let folder: string
const at = (name: string): string => join(folder, name)

const PHOTOS = {
  'Franck/Franck_0001.jpg': 'franck_01829.jpg',
  'Franck/Franck_0002.jpg': 'franck_02221.jpg',
  'Franck/Franck_0003.jpg': 'franck_03909.jpg',
  'Cage/Cage_0001.jpg': 'cage.jpg',
  'Cage/Cage_0002.jpg': 'cage2_crop.jpg',
} as const
/** The first pair of a list is never measured: the default method was chosen on such pairs. */
const LISTS = {
  two: ['1\t4', 'Franck\t1\t2', 'Franck\t1\t3', 'Franck\t2\t3', 'Cage\t1\t2'],
  one: ['1\t3', 'Franck\t1\t2', 'Franck\t1\t3', 'Franck\t2\t3'],
  broken: ['1\t4', 'Franck\t1\t2', 'Franck\t1\t3', 'Cage\t1\t2', 'Broken\t1\t2'],
} as const
const IMPOSTORS = ['1\tCage\t1', '1\tCage\t2', '2\tCage\t1', '3\tCage\t1'].map(rest => `Franck\t${rest}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-faithfulness-'))
  for (const [list, lines] of Object.entries(LISTS)) {
    await copySamples(at(`${list}/images`), PHOTOS)
    const [head, ...genuine] = lines
    const impostors = IMPOSTORS.slice(0, genuine.length)
    await writeFile(at(`${list}/pairs.txt`), [head, ...genuine, ...impostors].join('\n'))
  }
  await mkdir(at('broken/images/Broken'))
  for (const number of [1, 2])
    await writeFile(at(`broken/images/Broken/Broken_000${number}.jpg`), 'This is not a photo.')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const evaluate = (list: keyof typeof LISTS, ...argv: string[]) =>
  run('evaluate', at(list), '--protocol', 'faithfulness', '--cache', at(`cache-${list}`), ...argv)

const measured = async (list: keyof typeof LISTS, ...argv: string[]): Promise<FaithfulnessResult> => {
  const { code, out, err } = await evaluate(list, '--json', ...argv)
  expect(err).toBe('')
  expect(code).toBe(0)
  return faithfulnessResult.parse(JSON.parse(out))
}

describe('xfmr evaluate --protocol faithfulness', () => {
  it('finds the default method more faithful than noise, in all conditions, and writes a page', async () => {
    const options = ['--methods', 'soft-hirescam,centre,random', '--pairs', '3'] as const
    const result = await measured('two', ...options, '--out', at('report'))
    expect(result).toMatchObject({ pairs: 3, cutShort: false, failed: [], best: 'soft-hirescam' })
    expect(result.threshold).toBeGreaterThan(0.2)
    expect(result.methods.map(({ id }) => id)).toEqual(['soft-hirescam', 'centre', 'random'])
    const [own, centre, noise] = result.methods
    for (const condition of ['unmasked', 'masked', 'corrected'] as const) {
      const [good, bad] = [own!.conditions[condition]!, noise!.conditions[condition]!]
      for (const { deletion, insertion } of [good, bad]) {
        expect(deletion.pairs).toBe(3)
        for (const { value } of [deletion, insertion])
          expect(value).toBeCloseTo(Math.min(1, Math.max(0, value)))
      }
      expect(good.deletionScore.value).toBeLessThan(bad.deletionScore.value)
      expect(good.insertionScore.value).toBeGreaterThan(bad.insertionScore.value)
      expect(good.road.value).toBeGreaterThan(bad.road.value)
      // How much of the face a mask covers does not depend on the method, and there is none on bare faces.
      expect(good.maskArea).toEqual(bad.maskArea)
      expect(good.maskArea === undefined).toBe(condition === 'unmasked')
    }
    expect(own!.conditions.masked!.maskArea!.value).toBeGreaterThan(0.1)
    expect(own!.passes).toBe(2)
    // Noise does not look: nothing changes it.
    expect(noise).toMatchObject({ passes: 0, hiding: { gain: { value: 0 } }, stability: { value: 1 } })
    const difference = result.differences.find(one => one.condition === 'unmasked')!
    expect(difference).toMatchObject({ method: 'soft-hirescam', against: 'centre' })
    expect(difference.deletion.value).toBeCloseTo(
      own!.conditions.unmasked!.deletion.value - centre!.conditions.unmasked!.deletion.value,
      6,
    )
    const [json, page] = await Promise.all(
      ['result.json', 'faithfulness.md'].map(name => readFile(at(`report/${name}`), 'utf8')),
    )
    expect(JSON.parse(json!)).toEqual(result)
    expect(page).toContain('Soft HiResCAM')

    // What was measured is not measured again, and so it needs no time.
    expect(await measured('two', ...options, '--budget', '0')).toEqual(result)
  }, 240_000)

  it('stops in time and says so', async () => {
    const { code, out } = await evaluate('two', '--methods', 'layercam', '--pairs', '3', '--budget', '0')
    expect(code).toBe(0)
    expect(out).toContain('Time was up before everything was measured')
  })

  it('leaves out pairs without a face, and names them', async () => {
    const result = await measured('broken', '--methods', 'random', '--pairs', '3')
    expect(result.failed).toEqual([expect.stringMatching(/Broken_0001.*Broken_0002/)])
    expect(result.methods[0]!.conditions.unmasked!.deletion.pairs).toBe(2)
  })

  it.each([
    ['two', ['--methods', 'magic'], /no method "magic".*layercam/, 'E_USAGE'],
    ['one', ['--methods', 'random'], /All pairs .*"Franck".*stranger/, 'E_BAD_DATASET'],
  ] as const)('refuses %s %j', async (list, argv, message, reason) => {
    const { code, err } = await evaluate(list, ...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).toContain(`[${reason}]`)
  })
})
