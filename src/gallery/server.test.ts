import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawnExample, galleryFolder } from '../../test/gallery.ts'
import { emptyDatabase, type PostgresServer } from '../../test/postgres.ts'
import type { Gallery } from './gallery.ts'
import { openGallery, parseKey } from './node.ts'

const WRITER = new URL('./_test-writer.ts', import.meta.url).pathname
const KEY = parseKey('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')

/** Runs the writer until it has acknowledged some calls, and kills it in the middle of the next. @returns their number */
const killedWriter = async (location: string, name: string, calls: number): Promise<number> => {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, location, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line) + 1
    // A moment later it is within the next call.
    if (acknowledged === calls) setTimeout(() => child.kill('SIGKILL'), 3)
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return acknowledged
}

/** Every acknowledged call is there as a whole, and of the one that was cut off all or nothing. */
const checkWhole = async (gallery: Gallery, name: string, acknowledged: number): Promise<void> => {
  const { subjects } = await gallery.subjects({ prefix: `${name} `, limit: 10_000 })
  expect(subjects.length).toBeGreaterThanOrEqual(acknowledged)
  expect(subjects.length).toBeLessThanOrEqual(acknowledged + 1)
  expect(subjects.map(({ examples }) => examples)).toEqual(subjects.map(() => 10))
  for (let call = 0; call < acknowledged; call++) {
    expect((await gallery.subject(`${name} ${call}`)).examples).toBe(10)
  }
}

describe('the embedded database', () => {
  it('keeps what a killed process was told is kept, and nothing by halves', async () => {
    const folder = await galleryFolder()
    try {
      const acknowledged = await killedWriter(folder, 'killed', 5)
      const gallery = await openGallery({ location: folder })
      await checkWhole(gallery, 'killed', acknowledged)
      await gallery.enrol([drawnExample('goes on')])
      await gallery.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('a Postgres server', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await emptyDatabase()
  })
  afterAll(() => server.stop())

  it('takes many writers at once: all faces are there, each once, each subject once', async () => {
    const writers = await Promise.all(
      Array.from({ length: 4 }, () => openGallery({ location: server.url, connections: 3 })),
    )
    // Overlapping: every face is enrolled by two writers, several subjects by all, in different orders.
    const jobs = writers.flatMap((writer, w) =>
      Array.from({ length: 6 }, (_, call) =>
        writer.enrol(
          Array.from({ length: 8 }, (_unused, i) =>
            drawnExample(`s${(i * (w + 3)) % 8}`, ((w >> 1) * 6 + call) * 8 + i),
          ),
        ),
      ),
    )
    const enrolled = (await Promise.all(jobs)).flat()
    const [gallery] = writers
    const stats = await gallery!.stats()
    const created = enrolled.filter(one => one.created)
    expect(stats.examples).toBe(new Set(enrolled.map(({ id }) => id)).size)
    expect(stats.examples).toBe(created.length)
    expect(stats.subjects).toBe(new Set(enrolled.map(({ subject }) => subject)).size)
    for (const { id, subject } of created.slice(0, 10)) {
      expect((await gallery!.example(id)).subject).toBe(subject)
    }
    await Promise.all(writers.map(writer => writer.close()))
  })

  it('loses nothing to removals that race with enrolling', async () => {
    const [one, other] = await Promise.all([
      openGallery({ location: server.url }),
      openGallery({ location: server.url }),
    ])
    for (let round = 0; round < 5; round++) {
      const [first] = await one.enrol([drawnExample('race', 2 * round)])
      const [, [second]] = await Promise.all([
        one.removeExample(first!.id),
        other.enrol([drawnExample('race', 2 * round + 1)]),
      ])
      expect((await one.example(second!.id)).subject).toBe('race')
      await other.removeSubject('race')
    }
    await Promise.all([one.close(), other.close()])
  })

  it('keeps what a killed client was told is kept, and nothing by halves', async () => {
    const acknowledged = await killedWriter(server.url, 'cut off', 5)
    const gallery = await openGallery({ location: server.url })
    await checkWhole(gallery, 'cut off', acknowledged)
    await gallery.close()
  })

  it('shows an encrypted gallery to all processes as it is now', async () => {
    const options = { location: server.url, schema: 'sealed', key: KEY }
    const [writer, reader] = [await openGallery(options), await openGallery(options)]
    const bestOf = async (): Promise<string | undefined> =>
      (await reader.search([drawnExample('Ada')]))[0]!.candidates[0]?.subject
    expect(await bestOf()).toBeUndefined()
    await writer.enrol([drawnExample('Ada'), drawnExample('Bob')])
    expect(await bestOf()).toBe('Ada')
    await writer.removeSubject('Ada')
    expect(await bestOf()).toBe('Bob')
    await writer.enrol([drawnExample('Ada')])
    expect(await bestOf()).toBe('Ada')
    await Promise.all([writer.close(), reader.close()])
  })
})
