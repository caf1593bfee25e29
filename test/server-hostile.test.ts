import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addKey, keyRing, readKeys, type Scope } from '../src/server/keys.ts'
import { samplePhotoPath } from './models.ts'
import { outcome, sendRaw, startServer, type TestServer } from './server.ts'

// A server with keys and small limits. Whatever it gets: an answer of 4xx with a code, and it goes on.
const LIMITS = {
  body: 300_000,
  pixels: 1_000_000,
  batch: 4,
  queue: 4,
}

let folder: string
let server: TestServer
const keys = {} as Record<Scope, string>
let photo: Blob
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-hostile-'))
  const file = join(folder, 'keys.json')
  for (const scope of ['read', 'enrol', 'admin'] as const)
    keys[scope] = (await addKey(file, { name: scope, scopes: [scope] })).key
  server = await startServer({
    folder: join(folder, 'gallery'),
    keys: keyRing(await readKeys(file)),
    limits: LIMITS,
  })
  photo = new Blob([new Uint8Array(await readFile(samplePhotoPath('cage2_crop.jpg')))])
})
afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})
afterEach(async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

const call = (path: string, init: RequestInit & { key?: string } = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${init.key ?? keys.admin}`,
      ...(init.headers as Record<string, string>),
    },
  })

const post = async (path: string, body: BodyInit, type?: string): Promise<[number, string | undefined]> =>
  outcome(await call(path, { method: 'POST', body, headers: type ? { 'content-type': type } : {} }))

const json = (path: string, body: unknown) =>
  post(path, typeof body === 'string' ? body : JSON.stringify(body), 'application/json')

const form = (fields: Record<string, Blob | string>, filename = 'a.jpg'): FormData => {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string') made.append(name, value)
    else made.append(name, value, filename)
  return made
}

const head = (length: string, path = '/v1/detect', type = 'application/json') =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${keys.read}\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`

test('bodies that are too large are refused by their promise, and by their size where they promise nothing', async () => {
  expect(await json('/v1/detect', { photo: 'A'.repeat(LIMITS.body) })).toEqual([413, 'E_TOO_LARGE'])
  const promised = await sendRaw(server.port, head('content-length: 99999999999'))
  expect(promised.text).toMatch(/^HTTP\/1.1 413 [\s\S]*E_TOO_LARGE/)
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
  const endless = await sendRaw(server.port, head('transfer-encoding: chunked'), () => chunk)
  expect(endless.text).toMatch(/^HTTP\/1.1 413 [\s\S]*E_TOO_LARGE/)
  // What it accepted before it hung up: the limit, and what was in flight.
  expect(endless.sent).toBeLessThan(100_000_000)
}, 30_000)

test.each([
  ['no HTTP', '\x16\x03\x01 hello\r\n\r\n', 400, 'E_BAD_REQUEST'],
  ['headers too long', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'E_TOO_LARGE'],
  [
    'two lengths',
    'POST /v1/detect HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    400,
    'E_BAD_REQUEST',
  ],
  [
    'a length and chunks',
    'POST /v1/detect HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    400,
    'E_BAD_REQUEST',
  ],
  [
    'a path upwards',
    'GET /../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    404,
    'E_NOT_FOUND',
  ],
  [
    'an escaped path upwards',
    'GET /docs/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    404,
    'E_NOT_FOUND',
  ],
  [
    'slashes that are escaped',
    'GET /..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    404,
    'E_NOT_FOUND',
  ],
  [
    'a path that is no UTF-8',
    'GET /v1/subjects/%C0%AE HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    400,
    'E_BAD_REQUEST',
  ],
  [
    'another host as the target',
    'GET http://169.254.169.254/latest HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    404,
    'E_NOT_FOUND',
  ],
])('%s', async (_, bytes, status, code) => {
  const { text } = await sendRaw(server.port, bytes)
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*${code}`))
})

test.each([
  '',
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'image/jpeg',
  'application/json; charset=utf-16',
])('a body of the type "%s"', async type => {
  const init = { method: 'POST', body: new TextEncoder().encode('{"photo":"AAAA"}') }
  expect(await outcome(await call('/v1/detect', { ...init, headers: { 'content-type': type } }))).toEqual([
    415,
    'E_MEDIA_TYPE',
  ])
})

test('compressed bodies are not unfolded; photos with too many pixels are not decoded', async () => {
  const init = {
    method: 'POST',
    body: new Uint8Array(100),
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  }
  expect(await outcome(await call('/v1/detect', init))).toEqual([415, 'E_MEDIA_TYPE'])
  const { default: sharp } = await import('sharp')
  const small = new Blob([
    new Uint8Array(
      await sharp({ create: { width: 2000, height: 2000, channels: 3, background: '#000' } })
        .png()
        .toBuffer(),
    ),
  ])
  expect(small.size).toBeLessThan(50_000)
  expect(await post('/v1/detect', form({ photo: small }))).toEqual([413, 'E_TOO_LARGE'])
})

test.each([
  '../../etc/passwd',
  '..\\..\\x.jpg',
  '/etc/passwd',
  'C:\\x',
  '..',
  'a\u0000.jpg',
  'a\r\nb',
  'x'.repeat(201),
])('the name of a photo, of a new subject: %j', async name => {
  expect(await post('/v1/detect', form({ photo }, name))).toEqual([400, 'E_BAD_REQUEST'])
  expect(await json('/v1/detect', { photo: { data: 'AAAA', name } })).toEqual([400, 'E_BAD_REQUEST'])
  const path = `/v1/subjects/${encodeURIComponent(name === '..' ? '../' : name)}`
  const embeddings = [{ embedding: [1, 0], pipeline: server.pipeline }]
  const [status, code] = await json(`${path}/embeddings`, { embeddings })
  expect([400, 404]).toContain(status)
  expect(['E_BAD_REQUEST', 'E_NOT_FOUND']).toContain(code)
  const found = await outcome(await call(path))
  expect([400, 404]).toContain(found[0])
})

test('text that means something to SQL is text', async () => {
  for (const name of [
    "'; drop table xfmr.subject; --",
    "' or 1=1 --",
    '%',
    '_',
    '$1',
    '\\',
    '"',
    "x' union select * from xfmr.audit --",
  ]) {
    const path = `/v1/subjects/${encodeURIComponent(name)}`
    expect(await outcome(await call(path))).toEqual([404, 'E_UNKNOWN_SUBJECT'])
    expect(await outcome(await call(path, { method: 'DELETE' }))).toEqual([404, 'E_UNKNOWN_SUBJECT'])
    const list = await call(`/v1/subjects?prefix=${encodeURIComponent(name)}`)
    expect(await list.json()).toEqual({ subjects: [], next: null })
  }
  expect(await outcome(await call("/v1/examples/' or 1=1"))).toEqual([400, 'E_BAD_REQUEST'])
  expect(await outcome(await call('/v1/subjects?limit=1;drop'))).toEqual([400, 'E_BAD_REQUEST'])
  expect(await outcome(await call('/v1/subjects?order=name'))).toEqual([400, 'E_BAD_REQUEST'])
})

test('JSON: any bytes and any values', async () => {
  const sent = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
    fc.json({ maxDepth: 3 }).map(text => Buffer.from(text)),
    fc.jsonValue({ maxDepth: 2 }).map(value => Buffer.from(JSON.stringify({ photo: value }))),
    fc
      .jsonValue({ maxDepth: 2 })
      .map(value => Buffer.from(JSON.stringify({ photo: 'AAAA', threshold: value, x: 1 }))),
  )
  await fc.assert(
    fc.asyncProperty(sent, async bytes => {
      const [status, code] = await post('/v1/detect', new Uint8Array(bytes), 'application/json')
      expect([status, code]).toEqual([
        status === 422 ? 422 : 400,
        status === 422 ? 'E_DECODE' : 'E_BAD_REQUEST',
      ])
    }),
    { numRuns: 80 },
  )
})

test('forms: any bytes, and any changed or missing byte of a good one', async () => {
  const response = new Response(form({ photo: new Blob(['x']), threshold: '0.5' }))
  const type = response.headers.get('content-type')!
  const good = new Uint8Array(await response.arrayBuffer())
  const broken = fc
    .tuple(fc.nat(good.length - 1), fc.nat(255), fc.integer({ min: 1, max: good.length }))
    .map(([at, value, end]) => {
      const bytes = good.slice(0, end)
      if (at < end) bytes[at] = value
      return bytes
    })
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), broken), async bytes => {
      const [status, code] = await post('/v1/detect', new Uint8Array(bytes), type)
      expect([status, code]).toEqual([
        status === 422 ? 422 : 400,
        status === 422 ? 'E_DECODE' : 'E_BAD_REQUEST',
      ])
    }),
    { numRuns: 80 },
  )
})

test.each([
  ['no photo', {}],
  ['a photo of a wrong kind', { photo: 7 }],
  ['nothing in the photo', { photo: '' }],
  ['an address', { photo: 'http://169.254.169.254/latest/meta-data' }],
  ['an address of a file', { photo: 'file:///etc/passwd' }],
  ['no base64', { photo: 'data:image/png,AAAA' }],
  ['an unknown field', { photo: 'AAAA', url: 'http://x' }],
  ['fields of every object', '{"photo":"AAAA","__proto__":{"threshold":1}}'],
  ['a number out of range', { photo: 'AAAA', threshold: 1.5 }],
  ['NaN', '{"photo":"AAAA","threshold":NaN}'],
  ['infinity', '{"photo":"AAAA","threshold":1e999}'],
  ['deep nesting', `${'['.repeat(100_000)}`],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1')],
])('%s', async (_, body) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'latin1')
  expect(await post('/v1/detect', new Uint8Array(bytes), 'application/json')).toEqual([400, 'E_BAD_REQUEST'])
})

test('numbers that make no sense together, too many photos, types of masks that do not exist', async () => {
  expect(await json('/v1/compare', { a: 'AAAA', b: 'AAAA', threshold: 0.5, fmr: 0.1 })).toEqual([
    400,
    'E_BAD_REQUEST',
  ])
  expect(await json('/v1/compare/batch', { photos: ['AAAA'], pairs: [[0, 1]] })).toEqual([
    400,
    'E_BAD_REQUEST',
  ])
  expect(await json('/v1/detect/batch', { photos: Array(5).fill('AAAA') })).toEqual([400, 'E_BAD_REQUEST'])
  expect(await json('/v1/mask', { photo: 'AAAA', type: 'balaclava' })).toEqual([400, 'E_USAGE'])
  expect(await json('/v1/explain', { a: 'AAAA', methods: ['magic'] })).toEqual([400, 'E_BAD_REQUEST'])
})

test('embeddings of a wrong length, without a length, or with what is no number', async () => {
  const { pipeline } = server
  const embedding = Array.from({ length: 512 }, (_, i) => Math.cos(i))
  const enrol = (rows: unknown) => json('/v1/subjects/Ada/embeddings', rows)
  const row = (values: unknown) => ({ embeddings: [{ embedding: values, pipeline }] })
  expect(await enrol(row(embedding))).toEqual([200, undefined])
  for (const [values, answer] of [
    [embedding.slice(1), [422, 'E_EMBEDDING']],
    [
      [...embedding, 1],
      [422, 'E_EMBEDDING'],
    ],
    [embedding.map(() => 0), [422, 'E_EMBEDDING']],
    [embedding.map(() => null), [400, 'E_BAD_REQUEST']],
    [embedding.map(() => 'NaN'), [400, 'E_BAD_REQUEST']],
    [[], [400, 'E_BAD_REQUEST']],
    [Array(10_000).fill(1), [400, 'E_BAD_REQUEST']],
  ] as const) {
    expect(await enrol(row(values))).toEqual(answer)
    expect(await json('/v1/search/embeddings', row(values))).toEqual(answer)
  }
  expect(await enrol(`{"embeddings":[{"embedding":[NaN,1],"pipeline":"x"}]}`)).toEqual([400, 'E_BAD_REQUEST'])
  expect(await enrol(`{"embeddings":[{"embedding":[1e999,1],"pipeline":"x"}]}`)).toEqual([
    400,
    'E_BAD_REQUEST',
  ])
  const huge = { embeddings: [{ embedding: embedding.map(() => 1e300), pipeline }] }
  expect(await json('/v1/search/embeddings', huge)).toEqual([422, 'E_EMBEDDING'])
  expect(await json('/v1/search/embeddings', { embeddings: [{ embedding, pipeline: 'other' }] })).toEqual([
    409,
    'E_PIPELINE_MISMATCH',
  ])
})

test('keys: none, wrong, without the scope', async () => {
  const status = async (key: string, path: string, method = 'GET') =>
    outcome(await call(path, { key, method }))
  for (const path of ['/v1/info', '/v1/subjects', '/metrics']) {
    expect(await outcome(await fetch(`${server.url}${path}`))).toEqual([401, 'E_UNAUTHORISED'])
    expect(await status('xfmr_000000000000_wrong', path)).toEqual([401, 'E_UNAUTHORISED'])
    expect(await status(`${keys.read}x`, path)).toEqual([401, 'E_UNAUTHORISED'])
    expect(await status(keys.enrol, path)).toEqual([403, 'E_FORBIDDEN'])
    expect((await status(keys.read, path))[0]).toBe(200)
  }
  expect(await status(keys.read, '/v1/subjects/Ada/examples', 'POST')).toEqual([403, 'E_FORBIDDEN'])
  for (const path of ['/v1/audit', '/v1/subjects/Ada']) {
    const method = path.endsWith('Ada') ? 'DELETE' : 'GET'
    expect(await status(keys.read, path, method)).toEqual([403, 'E_FORBIDDEN'])
    expect(await status(keys.enrol, path, method)).toEqual([403, 'E_FORBIDDEN'])
  }
  const foreign = await call('/v1/info', { headers: { origin: 'https://evil.example' } })
  expect(await outcome(foreign)).toEqual([403, 'E_FORBIDDEN'])
  expect(await outcome(await call('/v1/info', { method: 'PUT' }))).toEqual([404, 'E_NOT_FOUND'])
})

test('a full queue turns away with a time to come back, and serves on', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => call('/v1/detect', { method: 'POST', body: form({ photo }) })),
  )
  const statuses = answers.map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  const busy = answers.find(({ status }) => status === 429)!
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(await outcome(busy)).toEqual([429, 'E_BUSY'])
  expect(await post('/v1/detect', form({ photo }))).toEqual([200, undefined])
}, 30_000)
