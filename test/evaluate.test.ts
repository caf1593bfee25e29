import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCalibrationFile } from '../src/evaluation/calibration-file.ts'
import { parseCsvScores } from '../src/evaluation/csv-pairs.ts'
import { type EvaluationResult, evaluationResult } from '../src/evaluation/result.ts'
import { runDifference } from '../src/evaluation/run-difference.ts'
import { openXfmr, writeModel } from '../src/node.ts'
import { linearCorrection } from './corrections.ts'
import { samplePhotoPath } from './models.ts'
import { copySamples } from './people.ts'
import { run } from './terminal.ts'

let folder: string
const at = (name: string): string => join(folder, name)

// A small LFW: two folds, each with two genuine and two impostor pairs.
const PHOTOS = {
  'Franck/Franck_0001.jpg': 'franck_01829.jpg',
  'Franck/Franck_0002.jpg': 'franck_02221.jpg',
  'Franck/Franck_0003.jpg': 'franck_03909.jpg',
  'Cage/Cage_0001.jpg': 'cage.jpg',
  'Bieber/Bieber_0001.jpg': 'bieber_small.jpg',
} as const
const PAIRS = [
  '2\t2',
  'Franck\t1\t2',
  'Franck\t1\t3',
  'Franck\t1\tCage\t1',
  'Franck\t2\tBieber\t1',
  'Franck\t2\t3',
  'Broken\t1\t2',
  'Franck\t3\tCage\t1',
  'Cage\t1\tBieber\t1',
].join('\n')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-evaluate-'))
  await copySamples(at('lfw/images'), { ...PHOTOS, 'Broken/Broken_0002.jpg': 'cage.jpg' })
  await writeFile(at('lfw/images/Broken/Broken_0001.jpg'), 'This is not a photo.')
  await writeFile(at('lfw/pairs.txt'), PAIRS)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const evaluate = (...argv: string[]) =>
  run('evaluate', at('lfw'), '--cache', at('cache'), '--resamples', '50', '--jobs', '1', ...argv)

describe('xfmr evaluate', () => {
  it('measures, counts what failed, and writes a report that needs nothing else', async () => {
    const { code, out, err } = await evaluate('--json', '--out', at('report'))
    expect(err).toBe('')
    expect(code).toBe(0)
    const result = evaluationResult.parse(JSON.parse(out))
    expect(result).toMatchObject({ protocol: 'lfw', face: 'central', failurePolicy: 'reject' })
    const [setting] = result.settings
    expect(setting).toMatchObject({ genuine: 4, impostor: 4, failedToAcquire: { genuine: 1, impostor: 0 } })
    expect(setting!.fmr1000).toBe(0.25) // the broken photo; the others are told apart
    expect(setting!.gMean! - setting!.iMean!).toBeGreaterThan(0.3)
    expect(result.photos.failures).toMatchObject([{ photo: 'Broken/Broken_0001.jpg', code: 'E_DECODE' }])
    expect(result.photos.sameBytes).toMatchObject([{ identities: ['Cage', 'Broken'].sort().reverse() }])

    const [page, json, csv] = await Promise.all(
      ['report.html', 'result.json', 'scores.csv'].map(name => readFile(at(`report/${name}`), 'utf8')),
    )
    expect(JSON.parse(json!)).toEqual(result)
    const scores = parseCsvScores(csv!)
    expect(scores).toHaveLength(8)
    expect(scores.filter(score => score === null)).toHaveLength(1)
    expect(page!.match(/<svg /g)).toHaveLength(3)
    expect(page).toContain('Broken/Broken_0001.jpg')
    expect(page!.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/(src|href)="(?!data:|#)/)
  })

  it('gives the same numbers again from the cache, and without it', async () => {
    const [first, second, fresh] = [
      await evaluate('--json'),
      await evaluate('--json'),
      await evaluate('--json', '--fresh'),
    ]
    expect(second.out).toBe(first.out)
    expect(fresh.out).toBe(first.out)
    expect((await stat(at('cache'))).isDirectory()).toBe(true)
  })

  it('scores by the explainable cosine, and compare decides by its own error rates', async () => {
    const calibration = at('xcos.json')
    const { code, out, err } = await evaluate('--json', '--score', 'xcos', '--calibration', calibration)
    expect([code, err]).toEqual([0, ''])
    const [setting] = evaluationResult.parse(JSON.parse(out)).settings
    expect(setting).toMatchObject({ genuine: 4, impostor: 4, failedToAcquire: { genuine: 1, impostor: 0 } })
    expect(setting!.gMean! - setting!.iMean!).toBeGreaterThan(0.3)
    const { pipeline } = parseCalibrationFile(await readFile(calibration, 'utf8'))
    expect(pipeline).toMatch(/\/xcos:[0-9a-f]{8}$/)

    const [a, b] = [samplePhotoPath('franck_01829.jpg'), samplePhotoPath('franck_02221.jpg')]
    const decided = JSON.parse((await run('compare', a, b, '--score', 'xcos', '--json')).out)
    const { score, threshold, xcos, verdict } = decided
    expect(score.by).toBe('xcos')
    expect(threshold.calibration.name).toBe('LFW, standard 6,000 pairs')
    expect(verdict).toBe(score.xcos >= threshold.value ? 'same' : 'different')
    const flat = (map: number[][]): number[] => map.flat()
    const attention = flat(xcos.attention)
    const sum = flat(xcos.similarity).reduce((total, value, i) => total + value * attention[i]!, 0)
    expect(Math.abs(sum - score.xcos)).toBeLessThan(1e-5)
    const cosine = JSON.parse((await run('compare', a, b, '--json')).out)
    expect(cosine.threshold.value).not.toBe(threshold.value)
  })

  it('corrects masked faces where that is asked for, and keeps runs apart', async () => {
    const xfmr = await openXfmr({ unmask: 'never' })
    const { contract } = xfmr.recogniser
    await xfmr.release()
    await writeFile(
      at('fix.onnx'),
      writeModel(linearCorrection(contract, 'mobilefacenet:87aacdfe', { turn: 0.2 })),
    )
    const argv = ['--protocol', 'mfr', '--mask', 'surgical', '--json', '--unmask-model', at('fix.onnx')]
    const results = []
    for (const mode of ['never', 'auto', 'always']) {
      const { code, out, err } = await evaluate(
        ...argv,
        '--unmask',
        mode,
        '--calibration',
        at(`${mode}.json`),
      )
      expect([code, err]).toEqual([0, ''])
      results.push(evaluationResult.parse(JSON.parse(out)))
    }
    const [never, auto, always] = results as [EvaluationResult, EvaluationResult, EvaluationResult]
    const names = ({ settings }: EvaluationResult) => settings.map(({ name }) => name)
    expect(names(never)).toEqual(['UMR-UMP', 'UMR-MP', 'MR-MP'])
    expect(names(auto)).toEqual(['UMR-UMP', 'UMR-MP', 'MR-MP', 'UMR-UMP(always)'])
    expect(names(always)).toEqual(names(never))
    expect(never.unmasking).toBeUndefined()
    expect(auto.unmasking).toMatchObject({ mode: 'auto', name: 'fix.onnx' })
    const tag = `unmask-auto:${auto.unmasking!.sha256.slice(0, 8)}`
    expect(auto.pipeline.startsWith(`${never.pipeline}/${tag}`)).toBe(true)
    const mean = (result: EvaluationResult, setting: number): number => result.settings[setting]!.gMean!
    expect(mean(auto, 0)).toBe(mean(never, 0))
    expect(mean(auto, 1)).not.toBe(mean(never, 1))
    expect(mean(auto, 3)).toBe(mean(always, 0))
    expect(auto.settings[1]!.corrected!.second).toBeGreaterThan(0.5)
    expect(always.settings[0]!.corrected!.first).toBeGreaterThan(0.5)
    const { pipeline, calibrations } = parseCalibrationFile(await readFile(at('auto.json'), 'utf8'))
    expect(pipeline).toBe(auto.pipeline)
    expect(calibrations).toHaveLength(3)
    expect((await evaluate('--json', '--unmask', 'sometimes')).code).toBe(2)
  })

  it('keeps a calibration, one for each condition', async () => {
    expect((await evaluate('--calibration', at('cal.json'))).code).toBe(0)
    const masked = [
      '--protocol',
      'pairs',
      '--condition',
      'bare-masked',
      '--synthetic',
      '--calibration',
      at('cal.json'),
    ]
    expect((await evaluate(...masked)).code).toBe(0)
    const { pipeline, calibrations } = parseCalibrationFile(await readFile(at('cal.json'), 'utf8'))
    expect(pipeline).toContain('mobilefacenet')
    expect(calibrations.map(({ condition }) => condition)).toEqual(['bare-bare', 'bare-masked'])
    expect(calibrations[1]!.set).toMatchObject({
      name: 'lfw',
      synthetic: true,
      genuine: 4,
      impostor: 4,
      identities: 4,
    })
    const other = await evaluate('--flip', '--calibration', at('cal.json'))
    expect(other.code).toBe(2)
    expect(other.err).toContain('E_PIPELINE_MISMATCH')
  })

  it('draws masks on one and on both photos, and calibrates all three conditions', async () => {
    const argv = ['--protocol', 'mfr', '--mask', 'wide-high', '--name', 'LFW', '--seed', '7']
    const { code, out, err } = await evaluate(
      ...argv,
      '--out',
      at('masked'),
      '--calibration',
      at('all.json'),
      '--json',
    )
    expect(err).toBe('')
    expect(code).toBe(0)
    const result = evaluationResult.parse(JSON.parse(out))
    expect(result.masks).toEqual({ type: 'wide-high', seed: '7' })
    const [bare, probe, both] = result.settings
    expect([bare!.name, probe!.name, both!.name]).toEqual(['UMR-UMP', 'UMR-MP', 'MR-MP'])
    expect(bare!.gMean! - probe!.gMean!).toBeGreaterThan(0.03)
    expect(probe!.failedToAcquire.genuine).toBeGreaterThanOrEqual(bare!.failedToAcquire.genuine)
    const { calibrations } = parseCalibrationFile(await readFile(at('all.json'), 'utf8'))
    expect(calibrations.map(({ condition, set }) => [condition, set.name, set.synthetic])).toEqual([
      ['bare-bare', 'LFW', false],
      ['bare-masked', 'LFW, synthetic masks (wide-high, seed 7)', true],
      ['masked-masked', 'LFW, synthetic masks (wide-high, seed 7)', true],
    ])
    expect((await evaluate(...argv, '--json')).out).toBe(out)
    const scores = await readFile(at('masked/scores-UMR-MP.csv'), 'utf8')
    expect(parseCsvScores(scores)).toHaveLength(8)
    const difference = ['evaluate', '--compare', at('masked'), at('masked'), '--resamples', '50']
    const whole = (await run(...difference)).out
    expect(whole).toMatch(/UMR-UMP {2,}[\s\S]*UMR-MP {2,}[\s\S]*MR-MP {2,}/)
    expect(whole).toMatch(/UMR-MP less UMR-UMP .*0\.00 points/)
    const unknown = (await run(...difference, '--setting', 'MR')).err
    expect(unknown).toContain('no setting MR; it has UMR-UMP, UMR-MP, MR-MP')
    expect((await run(...difference, '--setting', 'MR-MP')).out).toMatch(/equal error rate .*0\.00 points/)
    expect((await evaluate(...argv)).out).toContain('Synthetic masks: wide-high, seed 7')
  })

  it('tables and plots flat masks by coverage', async () => {
    const { code, out } = await evaluate('--protocol', 'nist', '--colours', 'black', '--out', at('nist'))
    expect(code).toBe(0)
    expect(out.match(/^(wide|round)-(low|medium|high) black/gm)).toHaveLength(6)
    expect(await readFile(at('nist/coverage.svg'), 'utf8')).toContain('wide, black')
    expect(await readFile(at('nist/report.html'), 'utf8')).toContain('By shape, coverage and colour')
  })

  it('compares a folder of real photos all against all', async () => {
    const folder = ['evaluate', at('lfw/images'), '--protocol', 'folder', '--masked', '*_0003*']
    const shared = ['--cache', at('cache'), '--resamples', '50', '--jobs', '1', '--pad', '0.1']
    const { code, out, err } = await run(...folder, ...shared, '--json', '--out', at('folder'))
    expect(err).toBe('')
    expect(code).toBe(0)
    const result = evaluationResult.parse(JSON.parse(out))
    expect(result.settings.map(({ name, genuine }) => [name, genuine])).toEqual([
      ['bare-bare', 2], // Franck with himself, and a broken photo with one of Cage that is labelled Broken
      ['bare-masked', 2],
    ])
    expect(result.omitted).toMatchObject([{ name: 'masked-masked' }])
    expect(result.photos.alone!.sort()).toEqual(['Bieber', 'Cage'])
    expect(result.photos.sameBytes).toHaveLength(1)
    expect((await run(...folder, ...shared)).out).toContain('Left out: masked-masked')
  })

  it('compares two runs', async () => {
    await evaluate('--flip', '--out', at('flipped'))
    const { code, out } = await run(
      'evaluate',
      '--compare',
      at('report'),
      at('flipped'),
      '--resamples',
      '50',
      '--json',
    )
    expect(code).toBe(0)
    const { differences, first, second } = runDifference.parse(JSON.parse(out))
    expect([first, second]).toEqual([at('report'), at('flipped')])
    expect(differences.gMean!.difference).not.toBe(0)
    expect(differences.gMean!.difference).toBeCloseTo(
      differences.gMean!.second - differences.gMean!.first,
      12,
    )
    const text = await run('evaluate', '--compare', at('report'), at('report'), '--resamples', '50')
    expect(text.out).toMatch(/equal error rate .*0\.00 points/)
    const none = await run('evaluate', '--compare', at('report'), at('lfw'))
    expect(none.err).toContain('holds no evaluation')
  })

  it('says it in a table', async () => {
    const { out } = await evaluate()
    expect(out).toMatch(/7 photos of 4 people, 1 without/)
    expect(out).toMatch(/FNMR at FMR 0\.1 %\s+25\.0\s% +\(/)
    expect(out).toContain("Broken/Broken_0001.jpg: The photo can't be decoded")
    expect(out).toContain('the same bytes, but given to')
  })

  it.each([
    [['--protocol', 'nist2'], /--protocol takes lfw, pairs, mfr, nist, folder/],
    [['--condition', 'bare-masked'], /go with --protocol pairs/],
    [['--protocol', 'pairs', '--calibration', 'x.json'], /say which with --condition/],
    [['--face', '2'], /--face takes central, largest, only/],
    [['--protocol', 'mfr', '--mask', 'beard'], /no mask type "beard"/],
    [['--mask', 'n95'], /--mask goes with --protocol mfr or .*, not with lfw/],
    [['--protocol', 'nist', '--colours', 'black,blau'], /no colour "blau"/],
    [['--protocol', 'nist', '--folds', '3'], /no fold 3/],
    [['--protocol', 'mfr', '--folds', 'x'], /--folds takes a whole number/],
    [['--protocol', 'mfr', '--pad', '0.5'], /--pad goes with/],
    [['--protocol', 'folder', '--calibration', 'x.json'], /--calibration goes with/],
    [['--protocol', 'folder', '--pad', '9'], /--pad takes a number from 0/],
    [['--include', '0_0_*'], /--include goes with --protocol folder/],
    [['--setting', 'MR-MP'], /--setting goes with --compare/],
    [['--resamples', '0'], /--resamples takes a whole number from 10/],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await evaluate(...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('refuses lists with errors, naming line and reason, and missing photos', async () => {
    await writeFile(at('bad.txt'), PAIRS.replace('Franck\t1\t3', 'Franck\t1\t1'))
    const bad = await run('evaluate', at('bad.txt'), '--photos', at('lfw/images'), '--json')
    expect(bad.code).toBe(2)
    expect(JSON.parse(bad.out)).toMatchObject({
      error: { code: 'E_BAD_PAIRS', message: expect.stringContaining('line 3') },
    })
    await writeFile(at('gone.txt'), PAIRS.replace('Franck\t1\t3', 'Franck\t1\t9'))
    const gone = await run('evaluate', at('gone.txt'), '--photos', at('lfw/images'))
    expect(gone.err).toContain('Franck/Franck_0009.jpg does not exist')
  })
})
