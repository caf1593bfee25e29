import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkAddress, checkKey, checkOrigin, isLoopback } from './guard.ts'
import { addKey, defaultKeysFile, keyRing, readKeys, revokeKey, watchedKeys } from './keys.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-keys-'))
  file = join(folder, 'deep', 'keys.json')
})
afterAll(() => rm(folder, { recursive: true }))

/** Everything behind the second underscore: base64url has underscores too. */
const secretOf = (key: string): string => key.split('_').slice(2).join('_')

test('a key is kept as a hash only, in a file that nobody else can read', async () => {
  const { key, stored } = await addKey(file, { name: 'door', scopes: ['enrol', 'read'] })
  const text = await readFile(file, 'utf8')
  const secret = secretOf(key)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(text).not.toContain(secret)
  expect(stored.sha256).toBe(createHash('sha256').update(Buffer.from(secret, 'base64url')).digest('hex'))
  expect(stored.scopes).toEqual(['read', 'enrol'])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readKeys(file)).toEqual([stored])
  expect(await readKeys(join(folder, 'none.json'))).toEqual([])
})

test('finds a key by id and secret together, and nothing near it', async () => {
  const one = await addKey(file, { name: 'one', scopes: ['read'] })
  const two = await addKey(file, { name: 'two', scopes: ['admin'] })
  const ring = keyRing(await readKeys(file))
  expect(ring.find(one.key)).toEqual(one.stored)
  const [id, secret] = [one.key.split('_')[1]!, secretOf(one.key)]
  const flipped = `${secret[0] === 'A' ? 'B' : 'A'}${secret.slice(1)}`
  for (const wrong of [
    '',
    'xfmr_',
    id,
    `xfmr_${id}_${flipped}`,
    `xfmr_${two.stored.id}_${secret}`,
    `xfmr_000000000000_${secret}`,
    `${one.key}=`,
    one.key.slice(0, -1),
    one.key.toUpperCase(),
  ])
    expect(ring.find(wrong)).toBeUndefined()
})

test('keys made at the same time are all kept', async () => {
  const many = join(folder, 'many.json')
  const made = await Promise.all([1, 2, 3].map(n => addKey(many, { name: `key ${n}`, scopes: ['read'] })))
  expect((await readKeys(many)).map(({ id }) => id).sort()).toEqual(
    made.map(({ stored }) => stored.id).sort(),
  )
}, 20_000)

test('a revoked key is gone, also from a ring that is in use', async () => {
  const { key, stored } = await addKey(file, { name: 'gone', scopes: ['read'] })
  const current = await watchedKeys(file, error => {
    throw error
  })
  expect((await current()).find(key)).toEqual(stored)
  await revokeKey(file, stored.id)
  await new Promise(resolve => setTimeout(resolve, 1100))
  expect((await current()).find(key)).toBeUndefined()
  await expect(revokeKey(file, stored.id)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
})

test('scopes: admin may everything, the others only what they say', async () => {
  const made = {
    read: await addKey(file, { name: 'r', scopes: ['read'] }),
    enrol: await addKey(file, { name: 'e', scopes: ['enrol'] }),
    admin: await addKey(file, { name: 'a', scopes: ['admin'] }),
  }
  const ring = keyRing(await readKeys(file))
  const access = { keys: async () => ring, origins: [] }
  const codeOf = (headers: Record<string, string>, scope: 'read' | 'enrol' | 'admin') =>
    checkKey(new Headers(headers), access, scope).then(
      key => key?.name,
      error => error.code,
    )
  const bearer = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` })
  expect(await codeOf(bearer(made.read), 'read')).toBe('r')
  expect(await codeOf({ 'x-api-key': made.enrol.key }, 'enrol')).toBe('e')
  for (const scope of ['read', 'enrol', 'admin'] as const)
    expect(await codeOf(bearer(made.admin), scope)).toBe('a')
  expect(await codeOf(bearer(made.read), 'enrol')).toBe('E_FORBIDDEN')
  expect(await codeOf(bearer(made.enrol), 'read')).toBe('E_FORBIDDEN')
  expect(await codeOf({}, 'read')).toBe('E_UNAUTHORISED')
  expect(await codeOf({ authorization: `Basic ${made.admin.key}` }, 'read')).toBe('E_UNAUTHORISED')
  expect(await codeOf(bearer({ key: 'nonsense' }), 'read')).toBe('E_UNAUTHORISED')
})

test('foreign web pages and names that are pointed at this machine are refused', () => {
  const open = { keys: undefined, origins: ['https://studio.example'] }
  const check = (headers: Record<string, string>) => () => checkOrigin(new Headers(headers), open)
  for (const host of ['localhost:8300', '127.0.0.1:8300', '[::1]:8300', 'localhost'])
    expect(check({ host })).not.toThrow()
  expect(check({ host: 'localhost:8300', origin: 'http://localhost:8300' })).not.toThrow()
  expect(check({ host: 'localhost:8300', origin: 'https://studio.example' })).not.toThrow()
  expect(
    check({ host: 'localhost:8300', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
  ).not.toThrow()
  for (const headers of [
    { host: 'rebound.example:8300' },
    { host: '127.0.0.1.rebound.example' },
    { host: 'localhost:8300', origin: 'https://evil.example' },
    { host: 'localhost:8300', origin: 'http://localhost:9999' },
    { host: 'localhost:8300', origin: 'null' },
    { host: 'localhost:8300', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    {},
  ])
    expect(check(headers as Record<string, string>)).toThrow(expect.objectContaining({ code: 'E_FORBIDDEN' }))
  expect(() => checkAddress('http://localhost/v1/subjects/%FF')).toThrow(
    expect.objectContaining({ code: 'E_BAD_REQUEST' }),
  )
  expect(() => checkAddress('http://localhost/v1/subjects/%C3%A9?prefix=%25')).not.toThrow()
})

test('what counts as this machine, and where keys are kept', () => {
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org', ''].some(isLoopback)).toBe(
    false,
  )
  expect(defaultKeysFile({ XFMR_KEYS: '/etc/k.json' }, 'linux', '/home/u')).toBe('/etc/k.json')
  expect(defaultKeysFile({}, 'linux', '/home/u')).toBe('/home/u/.config/xfmr/keys.json')
  expect(defaultKeysFile({ XDG_CONFIG_HOME: '/c' }, 'linux', '/home/u')).toBe('/c/xfmr/keys.json')
})
