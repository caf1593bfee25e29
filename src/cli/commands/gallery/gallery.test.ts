import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawnVector, galleryFolder } from '../../../../test/gallery.ts'
import { run } from '../../../../test/terminal.ts'
import { searchResult } from '../../../gallery/schema.ts'
import { enrolInputs } from '../../_enrol.ts'

let folder: string
let files: string
beforeAll(async () => {
  folder = await galleryFolder()
  files = await mkdtemp(join(tmpdir(), 'xfmr-gallery-cli-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(files, { recursive: true, force: true })
})

const lineOf = (subject: string, seed: number | string, more: object = {}): string =>
  JSON.stringify({ subject, pipeline: 'p', embedding: [...drawnVector(8, seed)], ...more })

const gallery = (...words: string[]) => run('gallery', ...words, '--db', folder)

describe('xfmr gallery', () => {
  it('enrols, searches, shows and removes', async () => {
    const people = join(files, 'people.jsonl')
    await writeFile(
      people,
      [lineOf('Ada', 1), lineOf('Bob', 2, { photo: 'b.jpg' }), lineOf('\n', 3)].join('\n'),
    )
    const enrolled = await gallery('enrol', people, '--json')
    // A name that can't be is listed with its code; the others are enrolled.
    expect(enrolled.code).toBe(2)
    expect(JSON.parse(enrolled.out)).toMatchObject({
      enrolled: [
        { subject: 'Ada', created: true },
        { subject: 'Bob', source: 'b.jpg' },
      ],
      failed: [{ error: { code: 'E_SUBJECT_NAME' } }],
    })
    const probes = join(files, 'probes.jsonl')
    await writeFile(probes, lineOf('who', 2, { photo: 'who.jpg' }))
    const found = await gallery('search', probes, '--threshold', '0.9', '--json')
    expect(found.code).toBe(0)
    const [result] = (JSON.parse(found.out) as { results: unknown[] }).results
    expect(searchResult.parse(result).candidates).toMatchObject([
      { rank: 1, subject: 'Bob', decision: 'match', example: { source: 'b.jpg' } },
      { rank: 2, subject: 'Ada', decision: 'no-match' },
    ])
    await writeFile(probes, lineOf('stranger', 99))
    const none = await gallery('search', probes, '--threshold', '0.999')
    expect(none.code).toBe(1)
    expect(none.out).toMatch(/among 2 faces of 2 subjects[\s\S]*Matches from 0\.999, as given/)
    expect((await gallery('remove', 'Bob')).out).toMatch(/1 subject and 1 face/)
    const unknown = await gallery('show', 'Bob', '--json')
    expect([unknown.code, JSON.parse(unknown.out).error.code]).toEqual([2, 'E_UNKNOWN_SUBJECT'])
  }, 240_000)

  it('says what is missing', async () => {
    const none = await run('gallery', 'list', '--db', join(files, 'none'), '--json')
    expect(JSON.parse(none.out).error.code).toBe('E_NOT_FOUND')
    await writeFile(join(files, 'key'), 'secret')
    const key = await gallery('list', '--key-file', join(files, 'key'), '--json')
    expect(JSON.parse(key.out).error.code).toBe('E_GALLERY_KEY')
    for (const words of [
      ['enrol'],
      ['search'],
      ['remove'],
      ['list', '--limit', '0'],
      ['search', 'a', '--top', 'x'],
    ]) {
      const { code, out } = await gallery(...words, '--json')
      expect([code, JSON.parse(out).error.code]).toEqual([2, 'E_USAGE'])
    }
    const worker = await run('work', '--db', folder, '--json')
    expect(JSON.parse(worker.out).error.code).toBe('E_USAGE')
  }, 240_000)
})

describe('enrolInputs', () => {
  it('takes a folder for a person, unless it is told otherwise', async () => {
    const people = join(files, 'people')
    await mkdir(join(people, 'Ada'), { recursive: true })
    for (const name of ['Ada/1.jpg', 'Ada/2.png', 'Ada/notes.txt', 'bob.jpg'])
      await writeFile(join(people, name), '')
    const names = async (options?: Parameters<typeof enrolInputs>[1]) =>
      (await enrolInputs([people], options)).map(({ subject }) => subject)
    expect(await names()).toEqual(['Ada', 'Ada', 'people'])
    expect(await names({ each: true })).toEqual(['1', '2', 'bob'])
    expect(await names({ subject: 'X' })).toEqual(['X', 'X', 'X'])
    expect((await enrolInputs([join(people, 'bob.jpg')]))[0]!.subject).toBe('bob')
    await expect(
      enrolInputs([join(people, 'Ada', 'notes.txt'), join(files, 'none.jsonl')]),
    ).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  it('names the line that can not be read', async () => {
    const path = join(files, 'bad.jsonl')
    for (const [text, line] of [
      ['{"subject":"a","photo":"a.jpg"}\n{"subject"', 2],
      ['{"embedding":[1,2]}', 1],
      ['{"subject":"a"}', 1],
      ['null', 1],
    ] as const) {
      await writeFile(path, text)
      await expect(enrolInputs([path])).rejects.toMatchObject({ code: 'E_BAD_LINE', details: { line } })
    }
  })
})
