import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from './models.ts'
import { rows, run } from './terminal.ts'

let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-cli-'))
  await mkdir(at('photos/inner'), { recursive: true })
  await copyFile(samplePhotoPath('cage.jpg'), at('photos/a.jpg'))
  await copyFile(samplePhotoPath('bieber_small.jpg'), at('photos/b.jpg'))
  await copyFile(samplePhotoPath('cage2_crop.jpg'), at('photos/inner/c.jpg'))
  await writeFile(at('photos/text.jpg'), 'This is not a photo.')
  await writeFile(at('photos/notes.txt'), 'Not looked at.')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the command line', () => {
  it('explains itself', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const name of ['compare', 'explain', 'detect', 'embed', 'models']) expect(out).toContain(name)
    expect((await run('embed', '--help')).out).toMatch(/EXAMPLES[\s\S]*xfmr embed photos\//)
  })

  it.each([
    [['nonsense'], /Unknown command "nonsense".*compare/],
    [['embed', 'a.jpg', '--colour', 'red'], /Unknown option --colour.*--out/],
    [['explain', 'a.jpg', 'b.jpg', 'c.jpg'], /Unexpected argument "c.jpg"/],
    [['embed'], /PATHS|paths/],
    [['detect', 'a.jpg', '--threshold', '7'], /--threshold takes a number from 0 to 1/],
    [['embed', 'a.jpg', '--jobs', 'many'], /--jobs takes a whole number/],
    [['explain', 'a.jpg', '--method', 'magic'], /--method takes auto, fast, all, contributions, layercam/],
    [['embed', 'a.jpg', '--face', 'left'], /--face takes largest, central or the number/],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run(...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).toContain('[E_USAGE]')
  })

  it('prints errors as JSON on request', async () => {
    const { code, out } = await run('explain', at('missing.jpg'), '--json')
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'E_NOT_FOUND', message: expect.stringContaining('missing.jpg') },
    })
  })
})

describe('xfmr detect', () => {
  it('lists faces, and every photo that failed, and goes on', async () => {
    const { code, out, err } = await run('detect', at('photos'), at('gone.jpg'), '--json')
    expect(code).toBe(2)
    const found = rows(out)
    expect(found.map(row => row.photo)).toEqual([
      at('photos/a.jpg'),
      at('photos/b.jpg'),
      at('photos/text.jpg'),
      at('gone.jpg'),
    ])
    expect(found[0].faces[0].landmarks).toHaveLength(68)
    expect(found[2].error.code).toBe('E_DECODE')
    expect(found[3].error.code).toBe('E_NOT_FOUND')
    expect(err).toContain('2 of 4 photos read, 2 failed')
  })

  it('finds every face of a group', async () => {
    const { code, out } = await run('detect', samplePhotoPath('sample4.jpg'), '--json')
    expect(code).toBe(0)
    expect(rows(out)[0].faces.length).toBeGreaterThan(1)
  })

  it('looks into inner folders only when told, and says so when a folder is empty', async () => {
    const deep = await run('detect', at('photos'), '--recursive', '--json')
    expect(rows(deep.out).map(row => row.photo)).toContain(at('photos/inner/c.jpg'))
    await mkdir(at('empty'), { recursive: true })
    expect((await run('detect', at('empty'))).err).toMatch(
      /no photo in the folder.*--recursive.*\[E_NOT_FOUND\]/,
    )
  })
})

describe('xfmr embed', () => {
  it('writes one line a photo, the same with any number of jobs', async () => {
    const one = await run('embed', at('photos'), '--recursive', '--jobs', '1', '--out', at('one.jsonl'))
    const four = await run('embed', at('photos'), '--recursive', '--jobs', '4', '--out', at('four.jsonl'))
    expect([one.code, four.code]).toEqual([2, 2])
    const text = await readFile(at('one.jsonl'), 'utf8')
    expect(await readFile(at('four.jsonl'), 'utf8')).toBe(text)
    const [a, , c, broken] = rows(text)
    expect(a.embedding).toHaveLength(512)
    expect(Math.hypot(...a.embedding)).toBeCloseTo(1, 5)
    expect(a.pipeline).toBe(c.pipeline)
    const cosine = a.embedding.reduce(
      (sum: number, value: number, i: number) => sum + value * c.embedding[i],
      0,
    )
    expect(cosine).toBeGreaterThan(0.6)
    expect(broken.error.code).toBe('E_DECODE')
    expect(one.err).toContain('3 of 4 photos embedded, 1 failed')
    expect(one.err).toContain('text.jpg')
  })

  it('goes on where an interrupted run stopped, dropping a half-written line', async () => {
    const whole = await readFile(at('one.jsonl'), 'utf8')
    const lines = whole.split('\n')
    await writeFile(at('resumed.jsonl.partial'), `${lines[0]}\n${lines[1]!.slice(0, 100)}`)
    const { err } = await run('embed', at('photos'), '--recursive', '--out', at('resumed.jsonl'))
    expect(err).toContain('(1 from an earlier run)')
    expect(await readFile(at('resumed.jsonl'), 'utf8')).toBe(whole)
    expect((await readdir(folder)).filter(name => name.endsWith('.partial'))).toEqual([])
  })

  it('does not mix pipelines when it goes on', async () => {
    const [line] = (await readFile(at('one.jsonl'), 'utf8')).split('\n')
    await writeFile(at('mixed.jsonl.partial'), `${line}\n`)
    const { code, err } = await run('embed', at('photos'), '--flip', '--out', at('mixed.jsonl'))
    expect(code).toBe(2)
    expect(err).toContain('[E_PIPELINE_MISMATCH]')
  })

  it('never overwrites a finished file', async () => {
    const before = await readFile(at('one.jsonl'), 'utf8')
    const { err } = await run('embed', at('photos/a.jpg'), '--out', at('one.jsonl'))
    expect(err).toContain('[E_WRITE]')
    expect(await readFile(at('one.jsonl'), 'utf8')).toBe(before)
  })

  it.each([
    ['several faces', () => samplePhotoPath('sample4.jpg'), 'E_SEVERAL_FACES'],
    ['a truncated JPEG', () => at('cut.jpg'), 'E_DECODE'],
    ['an empty file', () => at('zero.jpg'), 'E_DECODE'],
  ])('lists %s', async (_, path, code) => {
    await copyFile(samplePhotoPath('cage.jpg'), at('cut.jpg'))
    await truncate(at('cut.jpg'), 9000)
    await writeFile(at('zero.jpg'), '')
    const { code: exit, out } = await run('embed', path())
    expect(exit).toBe(2)
    expect(rows(out)[0].error.code).toBe(code)
  })
})

describe('xfmr explain', () => {
  it('explains a pair: parts add up, maps keep their size and sign', async () => {
    const { code, out } = await run(
      'explain',
      at('photos/a.jpg'),
      at('photos/inner/c.jpg'),
      '--method',
      'contributions,layercam',
      '--layers',
      '7x7,14x14',
      '--channels',
      '3',
      '--json',
    )
    expect(code).toBe(0)
    const result = JSON.parse(out)
    expect(result.exact).toBe(true)
    for (const face of result.faces) {
      const cells = face.contributions.flat().reduce((sum: number, value: number) => sum + value, 0)
      expect(cells + face.bias).toBeCloseTo(result.cosine, 4)
      expect(face.channels).toHaveLength(3)
      expect(face.maps[0].layers.map((layer: { size: string }) => layer.size)).toEqual(['14x14', '7x7'])
      expect(face.maps[0].map).toHaveLength(112)
    }
  })

  it('writes pictures and raw maps', async () => {
    const { out } = await run('explain', at('photos/a.jpg'), at('photos/b.jpg'), '--out', at('maps'))
    expect(out).toMatch(/cells -?\d.*bias/)
    const files = await readdir(at('maps'))
    expect(files).toContain('a-contributions.png')
    for (const name of ['report.html', 'b-layercam.png', 'a-layercam.npy', 'b-contributions.npy']) {
      expect(files).toContain(name)
    }
    expect(files.filter(name => name.endsWith('.partial'))).toEqual([])
    expect(JSON.parse(await readFile(at('maps/explanation.json'), 'utf8')).faces).toHaveLength(2)
  })

  it('explains one photo by itself: its parts add up to 1', async () => {
    const result = JSON.parse((await run('explain', at('photos/a.jpg'), '--json')).out)
    const [face] = result.faces
    expect(result.cosine).toBe(1)
    expect(
      face.contributions.flat().reduce((sum: number, value: number) => sum + value, 0) + face.bias,
    ).toBeCloseTo(1, 4)
  })

  it('lists the layers, also when one is unknown', async () => {
    expect((await run('explain', '--list-layers')).out).toMatch(/^507 +PRelu +512 x 7x7 +default$/m)
    const { code, err } = await run('explain', at('photos/a.jpg'), '--layers', '9x9')
    expect(code).toBe(2)
    expect(err).toMatch(/no layer "9x9".*\[E_UNKNOWN_LAYER\]/)
  })

  it('says what is wrong with a place that can not be written', async () => {
    await writeFile(at('file'), '')
    const { code, err } = await run('explain', at('photos/a.jpg'), '--out', at('file/maps'))
    expect(code).toBe(2)
    expect(err).toContain('[E_WRITE]')
  })
})
