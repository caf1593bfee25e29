import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enrolResult, searchResult, subjectDetails, subjectList } from '../src/gallery/schema.ts'
import { readPhoto } from '../src/image/node.ts'
import { openXfmr } from '../src/node.ts'
import { explainResult } from '../src/report/explanation.ts'
import { compareResult } from '../src/report/schema.ts'
import { detectResult, embedResult, maskResult } from '../src/report/steps.ts'
import { docsPage } from '../src/server/docs-page.ts'
import { samplePhotoPath } from './models.ts'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let folder: string
let cage: Blob
let cage2: Blob
let connery: Blob
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-server-'))
  server = await startServer({ folder: join(folder, 'gallery'), pages: [docsPage()] })
  const blob = async (file: string) => new Blob([new Uint8Array(await readFile(samplePhotoPath(file)))])
  ;[cage, cage2, connery] = await Promise.all([
    blob('cage.jpg'),
    blob('cage2_crop.jpg'),
    blob('SeanConnery.jpg'),
  ])
})
afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

type Field = Blob | string | Blob[]

/** Sends a form; files are named after their fields. */
const post = (
  path: string,
  fields: Record<string, Field>,
  headers: Record<string, string> = {},
): Promise<Response> => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat())
      if (typeof one === 'string') form.append(name, one)
      else form.append(name, one, `${name}.jpg`)
  return fetch(`${server.url}${path}`, { method: 'POST', body: form, headers })
}

const json = (path: string, body: unknown, method = 'POST'): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const get = (path: string): Promise<Response> => fetch(`${server.url}${path}`)

const base64 = async (blob: Blob): Promise<string> => Buffer.from(await blob.arrayBuffer()).toString('base64')

describe('photos', () => {
  test('compare says what the library says, by form and by JSON alike', async () => {
    const xfmr = await openXfmr()
    const [a, b] = await Promise.all(
      ['cage.jpg', 'cage2_crop.jpg'].map(file => readPhoto(samplePhotoPath(file))),
    )
    const { cosine } = await xfmr.compare(a!, b!)
    await xfmr.release()
    const form = await post('/v1/compare', { a: cage, b: cage2 })
    expect(form.status).toBe(200)
    expect(form.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    const result = compareResult.parse(await form.json())
    expect(result.verdict).toBe('same')
    expect(result.score.cosine).toBe(cosine)
    expect(result.contributions).toBeUndefined()
    expect(result.faces.map(({ photo }) => photo)).toEqual(['a.jpg', 'b.jpg'])
    const other = await json('/v1/compare', {
      a: await base64(cage),
      b: { data: `data:image/jpeg;base64,${await base64(cage2)}`, name: 'second' },
      explain: true,
      fmr: 0.01,
    })
    const explained = compareResult.parse(await other.json())
    expect(explained.score.cosine).toBe(cosine)
    expect(explained.contributions).toBeDefined()
    expect(explained.threshold.fmr).toBeLessThanOrEqual(0.01)
    expect(explained.threshold.value).toBeLessThan(result.threshold.value)
    expect(explained.faces.map(({ photo }) => photo)).toEqual(['a', 'second'])
  })

  test('a batch of pairs: one row each, failures among them', async () => {
    const noise = new Blob(['no photo'])
    const response = await post('/v1/compare/batch', {
      photos: [cage, cage2, connery, noise],
      pairs: '[[0,1],[0,2],[0,3],[0,0]]',
    })
    const { results } = (await response.json()) as { results: Record<string, unknown>[] }
    expect(response.status).toBe(200)
    expect(results.map(row => row.verdict ?? (row.error as { code: string }).code)).toEqual([
      'same',
      'different',
      'E_DECODE',
      'same',
    ])
    expect(compareResult.parse(results[3]).score.cosine).toBe(1)
  })

  test('detect, embed, mask: single and batch agree', async () => {
    const single = detectResult.parse(await (await post('/v1/detect', { photo: cage })).json())
    expect(single.faces).toHaveLength(1)
    const batch = (await (await post('/v1/detect/batch', { photos: [cage, connery] })).json()) as {
      results: unknown[]
    }
    expect(detectResult.parse(batch.results[0]).faces).toEqual(single.faces)
    const embedded = embedResult.parse(
      await (await post('/v1/embed', { photo: cage, face: 'largest' })).json(),
    )
    expect(Math.hypot(...embedded.embedding)).toBeCloseTo(1, 5)
    expect(embedded.pipeline).toBe(server.pipeline)
    const masked = maskResult.parse(
      await (
        await post('/v1/mask', { photo: cage2, type: 'surgical', seed: '7', colour: 'light-blue' })
      ).json(),
    )
    expect(masked.faces[0]).toMatchObject({ type: 'surgical', seed: '7', params: { colour: '#add8e6' } })
    const picture = await post(
      '/v1/mask',
      { photo: cage2, type: 'surgical', seed: '7', colour: 'light-blue' },
      { accept: 'image/*' },
    )
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await picture.arrayBuffer()).toString('base64')).toBe(masked.image)
    const again = await post('/v1/detect', { photo: new Blob([Buffer.from(masked.image, 'base64')]) })
    expect(detectResult.parse(await again.json()).faces).toHaveLength(1)
  })

  test('explain: methods and channels that were asked for', async () => {
    const response = await post('/v1/explain', { a: cage, b: connery, methods: '["gradcam"]', channels: '3' })
    const result = explainResult.parse(await response.json())
    expect(result.faces[0].maps.map(({ method }) => method)).toEqual(['gradcam'])
    expect(result.faces[0].channels).toHaveLength(3)
    const alone = explainResult.parse(await (await post('/v1/explain', { a: cage, channels: '1' })).json())
    expect(alone.cosine).toBe(1)
  })

  test('a photo without a face, or with several, is an error with its facts', async () => {
    const { default: sharp } = await import('sharp')
    const grey = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#777' } })
      .png()
      .toBuffer()
    const none = await post('/v1/embed', { photo: new Blob([new Uint8Array(grey)]) })
    expect([none.status, await codeOf(none)]).toEqual([422, 'E_NO_FACE'])
    const group = new Blob([new Uint8Array(await readFile(samplePhotoPath('sample4.jpg')))])
    const several = await post('/v1/embed', { photo: group })
    const { error } = (await several.json()) as { error: { code: string; details: { faces: unknown[] } } }
    expect([several.status, error.code]).toEqual([422, 'E_SEVERAL_FACES'])
    expect(error.details.faces.length).toBeGreaterThan(1)
    expect((await post('/v1/embed', { photo: group, face: '1' })).status).toBe(200)
  })
})

describe('gallery', () => {
  test('enrol, find, rename, remove', async () => {
    const subject = "Nicolas O'Cage; drop table xfmr.subject; --"
    const path = `/v1/subjects/${encodeURIComponent(subject)}`
    const enrolled = enrolResult.parse(
      await (await post(`${path}/examples`, { photos: [cage, new Blob(['x'])], thumbnail: 'true' })).json(),
    )
    expect(enrolled.enrolled.map(({ created }) => created)).toEqual([true])
    expect(enrolled.failed.map(({ error }) => error.code)).toEqual(['E_DECODE'])
    const again = enrolResult.parse(await (await post(`${path}/examples`, { photos: cage })).json())
    expect(again.enrolled[0]).toMatchObject({ created: false, id: enrolled.enrolled[0]!.id })
    await post('/v1/subjects/Sean/examples', { photos: connery })

    const found = searchResult.parse(await (await post('/v1/search', { photo: cage2, top: '1' })).json())
    expect(found.candidates.map(one => [one.subject, one.decision, one.example.id])).toEqual([
      [subject, 'match', enrolled.enrolled[0]!.id],
    ])
    const { results } = (await (
      await post('/v1/search/batch', { photos: [new Blob(['x']), connery] })
    ).json()) as {
      results: { error?: { code: string } }[]
    }
    expect(results[0]!.error!.code).toBe('E_DECODE')
    expect(searchResult.parse(results[1]).candidates[0]!.subject).toBe('Sean')

    const thumbnail = await get(`/v1/examples/${enrolled.enrolled[0]!.id}/thumbnail`)
    const aligned = await readPhoto(new Uint8Array(await thumbnail.arrayBuffer()))
    expect([thumbnail.headers.get('content-type'), aligned.width, aligned.height]).toEqual([
      'image/png',
      112,
      112,
    ])

    const list = subjectList.parse(await (await get('/v1/subjects?limit=1')).json())
    expect([list.subjects.map(({ name }) => name), list.next]).toEqual([[subject], subject])
    const renamed = await json(path, { name: 'Cage' }, 'PATCH')
    expect(subjectDetails.parse(await renamed.json()).faces[0]!.id).toBe(enrolled.enrolled[0]!.id)
    expect((await get(path)).status).toBe(404)
    expect((await fetch(`${server.url}/v1/subjects/Cage`, { method: 'DELETE' })).status).toBe(200)
    const left = subjectList.parse(await (await get('/v1/subjects')).json())
    expect(left.subjects.map(({ name }) => name)).toEqual(['Sean'])
    const { entries } = (await (await get('/v1/audit')).json()) as { entries: { action: string }[] }
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['enrol', 'search', 'rename', 'remove']),
    )
  })

  test('embeddings in place of photos', async () => {
    const { embedding, pipeline } = embedResult.parse(
      await (await post('/v1/embed', { photo: connery })).json(),
    )
    const row = { embedding, pipeline, source: 'own' }
    const enrolled = await json('/v1/subjects/Twin/embeddings', { embeddings: [row] })
    expect(enrolResult.parse(await enrolled.json()).enrolled[0]).toMatchObject({
      created: true,
      source: 'own',
    })
    const found = (await (await json('/v1/search/embeddings', { embeddings: [row], top: 2 })).json()) as {
      results: unknown[]
    }
    const { candidates } = searchResult.parse(found.results[0])
    expect(candidates.map(({ similarity }) => similarity)).toEqual([
      expect.closeTo(1, 5),
      expect.closeTo(1, 5),
    ])
  })
})

describe('server', () => {
  test('health, metrics, and the page of the interface without anything foreign', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
    await get('/v1/subjects/Nobody')
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toContain(
      'xfmr_http_request_seconds_count{route="/v1/compare",method="POST",status="200"}',
    )
    expect(metrics).toContain('xfmr_errors_total{code="E_UNKNOWN_SUBJECT"}')
    expect(metrics).not.toContain('Nobody')
    const page = await get('/docs')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    const html = await page.text()
    expect(html.match(/(src|href|url)="[^"]*"/g)!.every(link => /="\//.test(link))).toBe(true)
    expect((await (await get('/docs/rapidoc.js')).text()).length).toBeGreaterThan(500_000)
    expect((await get('/openapi.json')).headers.get('cache-control')).toBe('no-store')
  })

  test('the log knows routes, codes and times, and nothing of photos, names or embeddings', async () => {
    await post('/v1/embed', { photo: connery })
    await get('/v1/subjects/Somebody%20Private')
    const text = JSON.stringify(server.log)
    expect(server.log.at(-1)).toMatchObject({
      route: '/v1/subjects/{subject}',
      status: 404,
      code: 'E_UNKNOWN_SUBJECT',
    })
    expect(text).not.toMatch(/Private|Sean|\.jpg|\d\.\d{3}|[\w+/]{100}/)
    expect(Object.keys(server.log.at(-1)!).sort()).toEqual(
      ['code', 'level', 'method', 'ms', 'msg', 'requestId', 'route', 'status', 'time'].sort(),
    )
  })
})

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code
