import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareResult } from '../src/report/schema.ts'
import { samplePhotoPath } from './models.ts'
import { buildServer } from './server-build.ts'

// The real program as a process of its own, with worker threads, keys, signals and a log on stdout.
const FOLDER = join(import.meta.dirname, 'output', 'server-process')
const execute = promisify(execFile)

let home: string
let program: string
const running: ChildProcess[] = []
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'xfmr-process-'))
  await rm(FOLDER, { recursive: true, force: true })
  const cli = await buildServer(FOLDER)
  program = join(FOLDER, 'run.mjs')
  await writeFile(
    program,
    `import { main } from ${JSON.stringify(cli)}\nprocess.exitCode = await main(process.argv.slice(2))\n`,
  )
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

const env = () => ({ ...process.env, XFMR_KEYS: join(home, 'keys.json') })

const xfmr = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await execute(process.execPath, [program, ...args, '--json'], { env: env() })).stdout)

/** Starts `xfmr serve` and waits until it listens. */
const start = async (...args: string[]) => {
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--workers', '1', ...args], {
    env: env(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  const lines: Record<string, unknown>[] = []
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  let complaints = ''
  child.stderr.on('data', data => {
    complaints += data
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      lines.push(entry)
      if (entry.msg === 'listening') resolve(entry.url as string)
    })
    void ended.then(([code]) => reject(new Error(`ended with ${code}: ${complaints}`)))
  })
  return { url, lines, ended, stop: (signal: NodeJS.Signals) => child.kill(signal) }
}

const photo = async (file: string): Promise<Blob> =>
  new Blob([new Uint8Array(await readFile(samplePhotoPath(file)))])

const pair = async (): Promise<FormData> => {
  const form = new FormData()
  form.append('a', await photo('cage.jpg'), 'private-name.jpg')
  form.append('b', await photo('cage2_crop.jpg'), 'private-name.jpg')
  return form
}

test('from an empty machine to a comparison with a key, and down again without breaking it off', async () => {
  const open = await start()
  expect((await fetch(`${open.url}/v1/info`)).status).toBe(200)
  open.stop('SIGINT')
  expect((await open.ended)[0]).toBe(0)

  const { key, id } = await xfmr('keys', 'add', 'front-end')
  expect(await xfmr('keys', 'list')).toMatchObject({ keys: [{ id, name: 'front-end', scopes: ['read'] }] })
  const server = await start('--grace', '60')
  const headers = { authorization: `Bearer ${key}` }
  expect((await fetch(`${server.url}/v1/info`)).status).toBe(401)
  const answer = await fetch(`${server.url}/v1/compare`, { method: 'POST', body: await pair(), headers })
  expect(answer.status).toBe(200)
  expect(compareResult.parse(await answer.json()).verdict).toBe('same')

  const last = fetch(`${server.url}/v1/compare`, { method: 'POST', body: await pair(), headers })
  await expect
    .poll(
      async () =>
        (await (await fetch(`${server.url}/metrics`, { headers })).text()).includes('xfmr_queue_running 1'),
      { timeout: 20_000, interval: 5 },
    )
    .toBe(true)
  server.stop('SIGTERM')
  expect(compareResult.parse(await (await last).json()).verdict).toBe('same')
  expect((await server.ended)[0]).toBe(0)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  const log = JSON.stringify(server.lines)
  expect(server.lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['listening', 'request', 'stopping', 'stopped']),
  )
  expect(log).not.toMatch(/private-name|[\w+/]{100}/)
  expect(log).not.toContain((key as string).split('_').slice(2).join('_'))
  expect(log).toContain(id)
}, 240_000)

test('an address that others can reach needs keys; a key that was taken back is refused', async () => {
  const complaint = (...args: string[]) =>
    execute(process.execPath, [program, ...args, '--json'], { env: env() }).then(
      () => 'none',
      error => JSON.parse(error.stdout).error.code,
    )
  expect(await complaint('serve', '--host', '0.0.0.0', '--no-auth')).toBe('E_USAGE')
  expect(await complaint('serve', '--keys', join(home, 'none.json'))).toBe('E_USAGE')
  const { key, id } = await xfmr('keys', 'add', 'ops', '--scopes', 'admin')
  const server = await start('--queue', '1')
  const status = async () =>
    (await fetch(`${server.url}/v1/info`, { headers: { 'x-api-key': key as string } })).status
  expect(await status()).toBe(200)
  await xfmr('keys', 'revoke', id as string)
  await expect.poll(status, { timeout: 10_000, interval: 300 }).toBe(401)
  server.stop('SIGTERM')
  expect((await server.ended)[0]).toBe(0)
  const others = join(home, 'others.json')
  await writeFile(others, '{"version":1,"keys":[]}')
  expect(await complaint('serve', '--host', '0.0.0.0', '--keys', others)).toBe('E_USAGE')
}, 240_000)
