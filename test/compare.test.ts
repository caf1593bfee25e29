import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCalibrationFile } from '../src/evaluation/calibration-file.ts'
import { readPhoto } from '../src/image/node.ts'
import { entryOf } from '../src/models/catalogue.ts'
import type { RecogniserContract } from '../src/models/contract.ts'
import { writeModel } from '../src/onnx/proto.ts'
import { compareResult } from '../src/report/schema.ts'
import { linearCorrection } from './corrections.ts'
import { samplePhotoPath } from './models.ts'
import { run } from './terminal.ts'

const cage = samplePhotoPath('cage.jpg')
const cageAgain = samplePhotoPath('cage2_crop.jpg')
const connery = samplePhotoPath('SeanConnery.jpg')
const group = samplePhotoPath('sample4.jpg')

let folder: string
const at = (...names: string[]): string => join(folder, ...names)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-compare-'))
  await writeFile(at('text.jpg'), 'This is not a photo.')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('xfmr compare', () => {
  it('exits with 0 for the same person, and writes everything into the folder', async () => {
    const { code, out } = await run('compare', cage, cageAgain, '--out', at('same'))
    expect(code).toBe(0)
    expect(out).toMatch(/^Same person: the cosine of 0\.\d{4} reaches the threshold of 0\.\d{4}\./)
    expect(out).toContain(`Report: ${at('same', 'report.html')}`)
    expect(out).toMatch(/Time: find .*, align .*, embed .*, explain .*, report /)
    const files = await readdir(at('same'))
    expect(files.filter(name => name.endsWith('.partial'))).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining(['report.html', 'result.json', 'a-face.png', 'b-face.png', 'contributions.png']),
    )
    const maps = files.filter(name => /^[ab]-layercam-(?:56x56|28x28|14x14|7x7|joined)\.png$/.test(name))
    expect(maps).toHaveLength(10)
    const figure = await readPhoto(at('same', 'contributions.png'))
    expect([figure.width, figure.height]).toEqual([912, 448])
    const result = compareResult.parse(JSON.parse(await readFile(at('same', 'result.json'), 'utf8')))
    expect(result.faces.map(({ photo }) => photo)).toEqual([cage, cageAgain])
    expect(await readFile(at('same', 'report.html'), 'utf8')).toContain('<h1 class="same">Same person</h1>')
  })

  it('corrects a masked face with a model of the user, and says so', async () => {
    await run('mask', cage, '--out', at('worn'), '--type', 'surgical')
    const [masked] = (await readdir(at('worn'))).filter(name => /\.(png|jpg)$/.test(name))
    const { contract } = entryOf('mobilefacenet') as { contract: RecogniserContract }
    const correction = linearCorrection(contract, 'mobilefacenet:87aacdfe', { turn: 0.1 })
    await writeFile(at('fix.onnx'), writeModel(correction))
    const argv = ['compare', cageAgain, at('worn', masked!), '--unmask-model', at('fix.onnx')]
    const uncalibrated = await run(...argv, '--json')
    expect(JSON.parse(uncalibrated.out).error.code).toBe('E_BAD_CALIBRATION')
    const { pipeline } = JSON.parse(uncalibrated.out).error.details
    expect(pipeline).toMatch(/\/mobilefacenet:87aacdfe\/unmask-auto:[0-9a-f]{8}(\+[0-9a-f]{8}){2}$/)
    const shipped = await readFile(
      new URL('../models/calibration/mobilefacenet.json', import.meta.url),
      'utf8',
    )
    await writeFile(at('fix.json'), JSON.stringify({ ...JSON.parse(shipped), pipeline }))
    const calibrated = [...argv, '--calibration', at('fix.json'), '--out', at('fixed')]
    const result = compareResult.parse(JSON.parse((await run(...calibrated, '--json')).out))
    expect(result.faces.map(({ unmasked }) => unmasked)).toEqual([false, true])
    // Counterparts belong to a correction: xfmr's own do not go with this one.
    expect(result.faces.map(({ counterpart }) => counterpart)).toEqual([false, false])
    expect(result.faces[1].mask).toMatchObject({ worn: true })
    expect(result.pipeline).toBe(pipeline)
    expect(result.models.find(({ role }) => role === 'unmask')).toMatchObject({
      role: 'unmask',
      name: 'fix.onnx',
      licence: 'not stated',
      source: 'added by the user',
    })
    expect(result.contributions!.exact).toBe(true)
    for (const side of ['a', 'b'] as const) {
      const cells = result.contributions![side].flat().reduce((sum, value) => sum + value, 0)
      expect(Math.abs(cells + result.contributions!.bias[side] - result.score.cosine)).toBeLessThan(1e-4)
    }
    const text = (await run(...calibrated)).out.replaceAll('\n', ' ')
    expect(text).toContain('A mask was found on face B. Face B was corrected for its mask.')
    expect(text).not.toContain('what a mask would leave')
    const page = await readFile(at('fixed', 'report.html'), 'utf8')
    expect(page).toContain('Face B was corrected for its mask.')
    expect(page).toContain('channels of the same number need not mean the same')
    const explained = JSON.parse(
      (await run('explain', ...argv.slice(1), '--method', 'layercam', '--json')).out,
    )
    expect(explained.faces.map(({ unmasked }: { unmasked: boolean }) => unmasked)).toEqual([false, true])
    const rows = (await run('embed', ...argv.slice(1))).out.trim().split('\n')
    expect(rows.map(row => JSON.parse(row).unmasked)).toEqual([false, true])
  })

  it('exits with 1 for different people, and prints the JSON that it promises', async () => {
    const { code, out } = await run('compare', cage, connery, '--json')
    expect(code).toBe(1)
    const result = compareResult.parse(JSON.parse(out))
    expect(result).toMatchObject({
      verdict: 'different',
      threshold: { condition: 'bare-bare', intervals: { level: 0.95 } },
      faces: [{ mask: { worn: false } }, { mask: { worn: false } }],
    })
    expect(result.score.cosine).toBeLessThan(result.threshold.value)
    expect(result.threshold.fmr).toBeLessThanOrEqual(1e-3)
    expect(result.contributions!.a).toHaveLength(7)
    expect(result.contributions!.exact).toBe(true)
  })

  it('uses the rates for masks when one is worn, and warns when there are none', async () => {
    await run('mask', cage, '--out', at('masked'), '--type', 'surgical')
    const [masked] = (await readdir(at('masked'))).filter(
      name => name.endsWith('.png') || name.endsWith('.jpg'),
    )
    const argv = ['compare', cageAgain, at('masked', masked!), '--no-explain', '--unmask', 'never']
    const { threshold } = JSON.parse((await run(...argv, '--json')).out)
    expect(threshold).toMatchObject({ condition: 'bare-masked', calibration: { synthetic: true } })

    // As it is by default: corrected, and the bare face compared by its counterpart.
    const usual = ['compare', cageAgain, at('masked', masked!), '--no-explain']
    const { faces } = compareResult.parse(JSON.parse((await run(...usual, '--json')).out))
    expect(faces.map(({ unmasked, counterpart }) => ({ unmasked, counterpart }))).toEqual([
      { unmasked: false, counterpart: true },
      { unmasked: true, counterpart: false },
    ])
    expect((await run(...usual)).out.replaceAll('\n', ' ')).toContain(
      'Face B was corrected for its mask. Face A was compared by what a mask would leave of it.',
    )
    const file = await readFile(new URL('../models/calibration/mobilefacenet.json', import.meta.url), 'utf8')
    const { calibrations, ...rest } = parseCalibrationFile(file)
    const bare = calibrations.filter(({ condition }) => condition === 'bare-bare')
    await writeFile(at('bare.json'), JSON.stringify({ ...rest, calibrations: bare }))
    const { out } = await run(...argv, '--calibration', at('bare.json'))
    expect(out.replaceAll('\n', ' ')).toMatch(
      /A mask was found on face B, but the rates are for both faces without a mask/,
    )
  })

  it('gives the same score when the photos are exchanged', async () => {
    const one = JSON.parse((await run('compare', cage, connery, '--json', '--no-explain')).out)
    const other = JSON.parse((await run('compare', connery, cage, '--json', '--no-explain')).out)
    expect(one.score.cosine).toBe(other.score.cosine)
    expect(one.contributions).toBeUndefined()
  })

  it('quotes the rates of a threshold of the user', async () => {
    const { code, out } = await run(
      'compare',
      cage,
      cageAgain,
      '--threshold',
      '0.95',
      '--json',
      '--no-explain',
    )
    expect(code).toBe(1)
    const { threshold, verdict } = JSON.parse(out)
    expect(verdict).toBe('different')
    expect(threshold).toMatchObject({ value: 0.95, fmr: 0 })
    expect(threshold.fnmr).toBeGreaterThan(0.9)
  })

  it('lowers the threshold for a higher false match rate', async () => {
    const thresholds = []
    for (const fmr of ['1e-3', '1e-1']) {
      const { out } = await run('compare', cage, connery, '--fmr', fmr, '--json', '--no-explain')
      thresholds.push(JSON.parse(out).threshold)
    }
    expect(thresholds[1].value).toBeLessThan(thresholds[0].value)
    expect(thresholds[1].fmr).toBeGreaterThan(0.05)
    expect(thresholds[1].fmr).toBeLessThanOrEqual(0.1)
  })

  it('takes the face that it is told to take', async () => {
    const several = await run('compare', cage, group, '--json')
    expect(several.code).toBe(2)
    const { error } = JSON.parse(several.out)
    expect(error.code).toBe('E_SEVERAL_FACES')
    const boxes = error.details.faces.map(({ box }: { box: number[] }) => box)
    expect(boxes.length).toBeGreaterThan(1)
    for (const option of [
      ['--face-b', '1'],
      ['--face', '0', '--face-b', '1'],
    ]) {
      const { out } = await run('compare', cage, group, ...option, '--json', '--no-explain')
      expect(JSON.parse(out).faces[1].box).toEqual(boxes[1])
    }
  })

  it('reads another calibration, and refuses one of another pipeline', async () => {
    const shipped = JSON.parse(
      await readFile(new URL('../models/calibration/mobilefacenet-unmask.json', import.meta.url), 'utf8'),
    )
    shipped.calibrations[0].set.name = 'my own pairs'
    await writeFile(at('own.json'), JSON.stringify(shipped))
    await writeFile(at('other.json'), JSON.stringify({ ...shipped, pipeline: 'other' }))
    const own = await run('compare', cage, connery, '--calibration', at('own.json'), '--json', '--no-explain')
    expect(JSON.parse(own.out).threshold.calibration.name).toBe('my own pairs')
    const other = await run('compare', cage, connery, '--calibration', at('other.json'))
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('[E_PIPELINE_MISMATCH]')])
    const flipped = await run('compare', cage, connery, '--flip')
    expect([flipped.code, flipped.err]).toEqual([2, expect.stringContaining('[E_BAD_CALIBRATION]')])
  })

  it.each([
    [() => [cage, 'missing.jpg'], 'E_NOT_FOUND', /missing\.jpg/],
    [() => [cage, at('text.jpg')], 'E_DECODE', /text\.jpg/],
    [() => [cage, folder], 'E_READ', /xfmr-compare-/],
    [() => [cage, connery, '--threshold', '0.3', '--fmr', '0.1'], 'E_USAGE', /either --threshold or --fmr/],
    [() => [cage, connery, '--threshold', '2'], 'E_USAGE', /--threshold takes a number from -1 to 1/],
    [() => [cage, connery, '--fmr', '1e-6'], 'E_TOO_FEW_SCORES', /can't be measured/],
    [() => [cage, connery, '--face-a', '7'], 'E_USAGE', /no face 7/],
    [() => [cage, connery, '--face-a', 'left'], 'E_USAGE', /--face-a takes largest/],
    [() => [cage, connery, '--model', 'nothing'], 'E_MODEL_MISSING', /nothing/],
    [() => [cage, connery, '--calibration', 'none.json'], 'E_NOT_FOUND', /none\.json/],
    [() => [cage, connery, '--calibration', at('text.jpg')], 'E_BAD_CALIBRATION', /text\.jpg is no JSON/],
    [() => [cage, connery, '--out', at('text.jpg')], 'E_WRITE', /text\.jpg/],
    [() => [cage], 'E_USAGE', /B/],
  ])('exits with 2 and a code when something is wrong: %#', async (argv, code, message) => {
    const { code: exit, out, err } = await run('compare', ...argv(), '--json')
    expect(exit).toBe(2)
    expect(JSON.parse(out).error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(err).toContain(`[${code}]`)
  })

  it.skipIf(process.getuid?.() === 0)('says when the folder can not be written', async () => {
    await mkdir(at('locked'))
    await chmod(at('locked'), 0o500)
    const { code, err } = await run('compare', cage, connery, '--no-explain', '--out', at('locked', 'report'))
    expect([code, err]).toEqual([2, expect.stringContaining('[E_WRITE]')])
  })
})

describe('xfmr demo', () => {
  it('writes a report of a genuine and of an impostor pair, and says where', async () => {
    const { code, out } = await run('demo', '--out', at('demo'))
    expect(code).toBe(0)
    const reports = Array.from(out.matchAll(/^Report: (.*)$/gm), ([, path]) => path!)
    expect(reports).toHaveLength(2)
    const titles = await Promise.all(
      reports.map(async path => /<h1[^>]*>([^<]*)/.exec(await readFile(path, 'utf8'))![1]),
    )
    expect(titles).toEqual(['Same person', 'Different people'])
  })
})

const BUILT = existsSync(new URL('../dist/cli.js', import.meta.url))

describe.skipIf(!BUILT)('the built program (npm run build)', () => {
  it('compares two photos', () => {
    const program = fileURLToPath(new URL('../bin/xfmr.js', import.meta.url))
    const compare = (...photos: string[]) =>
      spawnSync(process.execPath, [program, 'compare', ...photos, '--json', '--out', at('built')], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      })
    const same = compare(cage, cageAgain)
    expect([same.status, same.stderr]).toEqual([0, ''])
    expect(compareResult.parse(JSON.parse(same.stdout)).verdict).toBe('same')
    expect(existsSync(at('built', 'report.html'))).toBe(true)
    expect(compare(cage, connery).status).toBe(1)
    expect(compare(cage, 'missing.jpg').status).toBe(2)
  })
})
