import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawnExample, drawnVector, galleryFolder } from '../../test/gallery.ts'
import { cosineOf } from '../recognition/compare.ts'
import type { Gallery, GalleryOptions } from './gallery.ts'
import type { Database } from './node/database.ts'
import { openEmbedded } from './node/embedded.ts'
import { galleryOn, openGallery, parseKey } from './node.ts'

const KEY = parseKey('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')

let folder: string
let database: Database
let schemas = 0
const fresh = (options: Omit<GalleryOptions, 'location'> = {}): Promise<Gallery> =>
  galleryOn(database, { schema: `g${++schemas}`, actor: 'tester', ...options })

beforeAll(async () => {
  folder = await galleryFolder()
  database = await openEmbedded(folder)
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  )

/** Every file of the database that holds these bytes. */
const filesWith = async (bytes: Uint8Array): Promise<string[]> => {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path)).includes(Buffer.from(bytes))) found.push(path)
  }
  return found
}

const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer.slice(0))
const unit = (vector: Float32Array): Float32Array => {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map(value => value / norm)
}

describe.each([
  ['plain', {}],
  ['encrypted', { key: KEY }],
] as const)('a gallery, %s', (_, options) => {
  it('finds what a comparison with everything finds, each subject once with its best face', async () => {
    const gallery = await fresh(options)
    const examples = Array.from({ length: 90 }, (_unused, i) => drawnExample(`subject ${i % 30}`, i))
    await gallery.enrol(examples)
    for (let i = 0; i < 5; i++) {
      const probe = drawnVector(16, 'probe', i)
      const best = new Map<string, number>()
      for (const { subject, vector } of examples) {
        best.set(subject, Math.max(best.get(subject) ?? -1, cosineOf(vector, probe)))
      }
      const expected = [...best].sort(([, a], [, b]) => b - a).slice(0, 7)
      const [result] = await gallery.search([{ vector: probe, pipeline: 'pipeline/a' }], { top: 7 })
      expect(result!.candidates.map(({ subject }) => subject)).toEqual(expected.map(([name]) => name))
      expected.forEach(([, cosine], k) => {
        expect(result!.candidates[k]!.similarity).toBeCloseTo(cosine, 5)
      })
      expect(result!.gallery).toEqual({ subjects: 30, examples: 90, masked: 0 })
    }
  })

  it('keeps a face once, however often it is enrolled', async () => {
    const gallery = await fresh(options)
    const [first] = await gallery.enrol([drawnExample('Ada')])
    const again = await gallery.enrol([drawnExample('Ada'), drawnExample('Ada', 1), drawnExample('Ada', 1)])
    expect(again.map(({ created }) => created)).toEqual([false, true, false])
    expect(again[0]!.id).toBe(first!.id)
    expect(again[1]!.id).toBe(again[2]!.id)
    expect((await gallery.subject('Ada')).examples).toBe(2)
  })

  it('gives back everything that was stored, and an export makes the same gallery', async () => {
    const gallery = await fresh(options)
    const landmarks = Array.from({ length: 68 }, (_unused, i) => [i, i / 2] as const)
    const thumbnail = new Uint8Array([137, 80, 78, 71, 0, 255])
    const mask = { worn: true, probability: 0.75, state: 'nose-out' } as const
    const full = {
      ...drawnExample('Ada'),
      norm: 9.5,
      unmasked: true,
      mask,
      source: 'ä.jpg',
      thumbnail,
      landmarks,
    }
    const [enrolled] = await gallery.enrol([full, drawnExample('Bob')])
    const stored = await gallery.example(enrolled!.id)
    expect(stored).toMatchObject({
      subject: 'Ada',
      norm: 9.5,
      unmasked: true,
      mask,
      source: 'ä.jpg',
      landmarks,
    })
    expect([...stored.png!]).toEqual([...thumbnail])
    expect([...stored.vector]).toEqual([...unit(full.vector)])
    const copy = await fresh()
    expect(await copy.importLines(gallery.exportLines())).toEqual({ created: 2, known: 0 })
    const [copied] = (await copy.subject('Ada')).faces
    const { id: _id, ...rest } = await copy.example(copied!.id)
    const { id: _other, ...expected } = stored
    expect({ ...rest, png: [...rest.png!] }).toEqual({ ...expected, png: [...expected.png!] })
    expect(await copy.importLines(gallery.exportLines())).toEqual({ created: 0, known: 2 })
  })

  it('leaves no byte of who was removed in the files', async () => {
    const gallery = await fresh(options)
    const thumbnail = bytesOf(drawnVector(900, 'a picture'))
    const gone = { ...drawnExample('Somebody Unforgettable'), thumbnail }
    await gallery.enrol([gone, drawnExample('Bob')])
    const traces = [bytesOf(unit(gone.vector)), thumbnail.subarray(0, 40)]
    // The test can see something: without a key it is there.
    await database.query('checkpoint')
    const there = (await Promise.all(traces.map(filesWith))).map(files => files.length > 0)
    expect(there).toEqual('key' in options ? [false, false] : [true, true])
    expect(await gallery.removeSubject('Somebody Unforgettable')).toEqual({
      subjects: 1,
      examples: 1,
      rewritten: true,
    })
    for (const trace of [...traces, Buffer.from('Somebody Unforgettable')]) {
      expect(await filesWith(trace)).toEqual([])
    }
    const [result] = await gallery.search([gone])
    expect(result!.candidates.map(({ subject }) => subject)).toEqual(['Bob'])
    expect((await gallery.subjects()).subjects.map(({ name }) => name)).toEqual(['Bob'])
  })

  it('removes one face, and its subject with the last', async () => {
    const gallery = await fresh(options)
    const [a, b] = await gallery.enrol([drawnExample('Ada', 0), drawnExample('Ada', 1)])
    expect(await gallery.removeExample(a!.id)).toMatchObject({ subjects: 0, examples: 1 })
    const [result] = await gallery.search([drawnExample('Ada', 0)])
    expect(result!.candidates[0]!.example.id).toBe(b!.id)
    expect(await gallery.removeExample(b!.id)).toMatchObject({ subjects: 1, examples: 1 })
    expect(await codeOf(gallery.subject('Ada'))).toBe('E_UNKNOWN_SUBJECT')
    expect((await gallery.search([drawnExample('Ada', 0)]))[0]!.candidates).toEqual([])
  })

  it('moves faces to another pipeline', async () => {
    const gallery = await fresh(options)
    const [face] = await gallery.enrol([drawnExample('Ada')])
    const other = { vector: drawnVector(8, 'other'), pipeline: 'pipeline/b' }
    expect(await codeOf(gallery.enrol([{ ...other, subject: 'Bob' }]))).toBe('E_PIPELINE_MISMATCH')
    expect(await codeOf(gallery.search([other]))).toBe('E_PIPELINE_MISMATCH')
    await gallery.reEmbedExample(face!.id, other)
    const [result] = await gallery.search([other])
    expect(result!.candidates[0]).toMatchObject({ subject: 'Ada', example: { id: face!.id } })
    expect(await codeOf(gallery.search([drawnExample('Ada')]))).toBe('E_PIPELINE_MISMATCH')
    expect((await gallery.stats()).pipelines.map(({ pipeline }) => pipeline)).toEqual(['pipeline/b'])
  })
})

describe('hostile input', () => {
  const NAMES = [
    '../../etc/passwd',
    '..\\..\\windows',
    "'; drop table subject; --",
    '"; drop schema public cascade; --',
    '$1 %s {} \\x00',
    '%_%',
    '名前 🙂 é',
    'a'.repeat(200),
  ]

  it('takes names as text and nothing else', async () => {
    const gallery = await fresh()
    await gallery.enrol(NAMES.map(name => drawnExample(name)))
    const { subjects } = await gallery.subjects()
    expect(subjects.map(({ name }) => name).sort()).toEqual(NAMES.map(name => name.normalize('NFC')).sort())
    for (const name of NAMES) {
      expect((await gallery.subject(name)).examples).toBe(1)
      expect((await gallery.subjects({ prefix: name })).subjects).toHaveLength(1)
      expect((await gallery.search([drawnExample(name)]))[0]!.candidates[0]!.subject).toBe(
        name.normalize('NFC'),
      )
    }
    await gallery.rename(NAMES[0]!, NAMES[2]!.repeat(2))
    for (const name of [...NAMES.slice(1), NAMES[2]!.repeat(2)]) await gallery.removeSubject(name)
    expect((await gallery.stats()).subjects).toBe(0)
  })

  it('has one name for two spellings of the same text', async () => {
    const gallery = await fresh()
    await gallery.enrol([drawnExample('Zo\u00eb', 1), { ...drawnExample('Zoe\u0308', 2) }])
    expect((await gallery.stats()).subjects).toBe(1)
    expect((await gallery.subject(' Zoe\u0308 ')).examples).toBe(2)
  })

  it.each([['', ' ', 'a\u0000b', 'a\nb', 'a\u202Eb', '\uD800', 'a'.repeat(201)]])(
    'refuses the name %j',
    async name => {
      const gallery = await fresh()
      expect(await codeOf(gallery.enrol([drawnExample(name)]))).toBe('E_SUBJECT_NAME')
      expect(await codeOf(gallery.subject(name))).toBe('E_UNKNOWN_SUBJECT')
      expect(await codeOf(gallery.removeSubject(name))).toBe('E_UNKNOWN_SUBJECT')
      expect((await gallery.stats()).subjects).toBe(0)
    },
  )

  it('refuses embeddings that are none, and keeps nothing of the call', async () => {
    const gallery = await fresh()
    await gallery.enrol([drawnExample('Ada')])
    const bad = [
      new Float32Array(15).fill(1),
      new Float32Array(16),
      new Float32Array(16).fill(Number.NaN),
      new Float32Array(16).fill(Number.POSITIVE_INFINITY),
      new Float32Array(0),
      new Float32Array(1).fill(1),
    ]
    for (const vector of bad) {
      const example = { subject: 'Bob', vector, pipeline: 'pipeline/a' }
      expect(await codeOf(gallery.enrol([drawnExample('Carl'), example]))).toBe('E_EMBEDDING')
      expect(await codeOf(gallery.search([example]))).toBe('E_EMBEDDING')
    }
    expect((await gallery.subjects()).subjects.map(({ name }) => name)).toEqual(['Ada'])
  })

  it('keeps photo names harmless', async () => {
    const gallery = await fresh()
    const [face] = await gallery.enrol([{ ...drawnExample('Ada'), source: 'a\u0000\u001b[2J\uD800.jpg' }])
    expect((await gallery.example(face!.id)).source).toBe('a\uFFFD\uFFFD[2J\uFFFD.jpg')
  })

  it('answers what does not exist with codes', async () => {
    const gallery = await fresh()
    await gallery.enrol([drawnExample('Ada'), drawnExample('Bob')])
    expect(await codeOf(gallery.subject('Carl'))).toBe('E_UNKNOWN_SUBJECT')
    expect(await codeOf(gallery.rename('Carl', 'Dora'))).toBe('E_UNKNOWN_SUBJECT')
    expect(await codeOf(gallery.rename('Ada', 'Bob'))).toBe('E_SUBJECT_EXISTS')
    for (const id of ["'", '', '00000000-0000-0000-0000-000000000000']) {
      expect(await codeOf(gallery.example(id))).toBe('E_UNKNOWN_EXAMPLE')
      expect(await codeOf(gallery.removeExample(id))).toBe('E_UNKNOWN_EXAMPLE')
    }
    for (const options of [
      { top: 0 },
      { top: 1.5 },
      { threshold: 2 },
      { fpir: 0 },
      { fpir: 0.1, threshold: 0 },
    ]) {
      expect(await codeOf(gallery.search([drawnExample('Ada')], options))).toBe('E_USAGE')
    }
  })

  it('names the line of an import that is wrong, and keeps those before it', async () => {
    const gallery = await fresh()
    const line = { subject: 'Ada', pipeline: 'p', embedding: [1, 2, 3] }
    const wrong = [
      { ...line, embedding: [1, 2] },
      { ...line, embedding: ['1'] },
      null,
      { ...line, subject: '\n' },
    ]
    for (const bad of wrong) {
      await expect(gallery.importLines([line, { ...line, subject: 'Bob' }, bad])).rejects.toMatchObject({
        code: 'E_BAD_LINE',
        details: { line: 3 },
      })
    }
    expect((await gallery.subjects()).subjects.map(({ name }) => name)).toEqual(['Ada', 'Bob'])
  })
})

describe('search', () => {
  it('works through the index as well, and forgets who was removed', async () => {
    const gallery = await fresh()
    await gallery.enrol(Array.from({ length: 300 }, (_unused, i) => drawnExample(`s${i % 100}`, i)))
    const probe = drawnExample('probe')
    const [exact] = await gallery.search([probe], { top: 10 })
    await gallery.buildIndex('pipeline/a')
    const [indexed] = await gallery.search([probe], { top: 10 })
    expect([exact!.method, indexed!.method]).toEqual(['exact', 'hnsw'])
    expect(indexed!.candidates).toEqual(exact!.candidates)
    expect((await gallery.search([probe], { exact: true }))[0]!.method).toBe('exact')
    await gallery.removeSubject(exact!.candidates[0]!.subject)
    const [after] = await gallery.search([probe], { top: 9 })
    expect(after!.candidates.map(({ subject }) => subject)).toEqual(
      exact!.candidates.slice(1).map(({ subject }) => subject),
    )
  })

  it('decides by a threshold that is given, and says nothing without a calibration', async () => {
    const gallery = await fresh()
    await gallery.enrol([drawnExample('Ada'), drawnExample('Bob')])
    const [open] = await gallery.search([drawnExample('Ada')])
    expect(open!.threshold).toBeNull()
    expect(open!.candidates.map(({ decision }) => decision)).toEqual([null, null])
    const [given] = await gallery.search([drawnExample('Ada')], { threshold: 0.9 })
    expect(given!.candidates.map(({ decision }) => decision)).toEqual(['match', 'no-match'])
    expect(await codeOf(gallery.search([drawnExample('Ada')], { fpir: 0.1 }))).toBe('E_BAD_CALIBRATION')
  })

  it('writes an audit log that names nobody', async () => {
    const gallery = await fresh()
    const [face] = await gallery.enrol([drawnExample('Ada')], { actor: 'key 7' })
    await gallery.search([drawnExample('Ada')])
    await gallery.removeSubject('Ada')
    const entries = await gallery.audit()
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['remove', 'tester'],
      ['search', 'tester'],
      ['enrol', 'key 7'],
    ])
    expect(entries.map(({ exampleIds }) => exampleIds)).toEqual([[face!.id], [face!.id], [face!.id]])
    expect(JSON.stringify(entries)).not.toContain('Ada')
  })
})

describe('keys and places', () => {
  it('opens with its key only', async () => {
    const schema = `g${++schemas}`
    const gallery = await galleryOn(database, { schema, key: KEY })
    await gallery.enrol([drawnExample('Ada')])
    expect(await codeOf(galleryOn(database, { schema }))).toBe('E_GALLERY_KEY')
    expect(await codeOf(galleryOn(database, { schema, key: new Uint8Array(32) }))).toBe('E_GALLERY_KEY')
    expect(await codeOf(galleryOn(database, { schema, key: new Uint8Array(31) }))).toBe('E_GALLERY_KEY')
    const again = await galleryOn(database, { schema, key: KEY })
    expect((await again.search([drawnExample('Ada')]))[0]!.candidates[0]!.subject).toBe('Ada')
    const plain = `g${++schemas}`
    await galleryOn(database, { schema: plain })
    expect(await codeOf(galleryOn(database, { schema: plain, key: KEY }))).toBe('E_GALLERY_KEY')
  })

  it('notices when a sealed row was changed or exchanged', async () => {
    const schema = `g${++schemas}`
    const gallery = await galleryOn(database, { schema, key: KEY })
    const [a, b] = await gallery.enrol([drawnExample('Ada'), drawnExample('Bob')])
    await database.query(
      `update ${schema}.example set sealed = (select sealed from ${schema}.example where id = $1) where id = $2`,
      [a!.id, b!.id],
    )
    expect(await codeOf(gallery.search([drawnExample('Ada')]))).toBe('E_GALLERY_KEY')
    expect(await codeOf(gallery.example(b!.id))).toBe('E_GALLERY_KEY')
  })

  it('lets one process at a time into a folder, and no newer tables pass', async () => {
    expect(await codeOf(openGallery({ location: folder }))).toBe('E_GALLERY_BUSY')
    const schema = `g${++schemas}`
    await galleryOn(database, { schema })
    await database.query(`insert into ${schema}.migration (version) values (999)`)
    expect(await codeOf(galleryOn(database, { schema }))).toBe('E_GALLERY')
    expect(await codeOf(openGallery({ location: `${folder}-none`, create: false }))).toBe('E_NOT_FOUND')
    expect(await codeOf(openGallery({ location: import.meta.dirname }))).toBe('E_GALLERY')
    expect(await codeOf(openGallery({ location: 'postgres://user:secret@127.0.0.1:1/none' }))).toBe(
      'E_GALLERY',
    )
    await expect(openGallery({ location: 'postgres://user:secret@127.0.0.1:1/none' })).rejects.not.toThrow(
      /secret/,
    )
  })
})
