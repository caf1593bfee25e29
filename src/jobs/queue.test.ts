import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../test/models.ts'
import { emptyDatabase, type PostgresServer } from '../../test/postgres.ts'
import { openGallery } from '../gallery/node.ts'
import { photoHandlers } from './node/handlers.ts'
import { openQueue } from './node/queue.ts'
import type { BatchItem } from './schema.ts'

const WORKER = new URL('./_test-worker.ts', import.meta.url).pathname

let server: PostgresServer
beforeAll(async () => {
  server = await emptyDatabase()
})
afterAll(() => server.stop())

const startWorker = (name: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', WORKER, server.url, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const collect = async (items: AsyncIterable<BatchItem>): Promise<BatchItem[]> => {
  const all: BatchItem[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('jobs', () => {
  it('does every photo once or lists it as failed, also when a worker is killed', async () => {
    const queue = await openQueue({ location: server.url, lease: 2 })
    const inputs = Array.from({ length: 40 }, (_, i) => ({
      // The first worker gets stuck in the middle; every tenth photo shows no face.
      photo: i === 9 ? 'hangs' : i % 10 === 3 ? `bad ${i}` : 'x'.repeat(i + 1),
      subject: `s${i}`,
    }))
    const batch = await queue.submit('enrol', {}, inputs)
    const first = startWorker('first')
    for await (const photo of createInterface({ input: first.stdout! })) {
      if (photo === 'hangs') first.kill('SIGKILL')
    }
    const rest = [startWorker('second'), startWorker('third')]
    for (const worker of rest) worker.stdout!.resume()
    const codes = await Promise.all(rest.map(async worker => (await once(worker, 'exit'))[0]))
    expect(codes).toEqual([0, 0])
    const items = await collect(queue.items(batch))
    expect(items.map(({ input }) => input)).toEqual(inputs)
    expect(items.map(({ status }) => status)).toEqual(
      inputs.map(({ photo }) => (photo.startsWith('bad') ? 'failed' : 'done')),
    )
    expect(items[3]!.result).toMatchObject({ error: { code: 'E_NO_FACE' } })
    expect((await queue.batches())[0]).toMatchObject({ id: batch, waiting: 0, done: 36, failed: 4 })
    // The killed worker finished some; nobody did them again.
    expect(items.some(({ result }) => (result as { by?: string }).by === 'first')).toBe(true)
    const gallery = await openGallery({ location: server.url })
    const { subjects } = await gallery.subjects({ limit: 100 })
    expect(subjects).toHaveLength(36)
    expect(new Set(subjects.map(({ examples }) => examples))).toEqual(new Set([1]))
    await gallery.close()
    await queue.close()
  }, 240_000)

  it('enrols, embeds and masks photos as the commands do', async () => {
    const queue = await openQueue({ location: server.url, schema: 'other' })
    const out = await mkdtemp(join(tmpdir(), 'xfmr-jobs-'))
    const photo = samplePhotoPath('cage.jpg')
    const network = { unmask: 'never' } as const
    const embedding = await queue.submit('embed', { network }, [{ photo }, { photo: '/none.jpg' }])
    const settings = {
      out,
      seed: '1',
      wishes: { type: 'surgical' },
      face: 'all',
      aligned: false,
      region: false,
    }
    const masking = await queue.submit('mask', settings, [{ photo, name: 'a/cage.jpg' }])
    const enrolling = await queue.submit('enrol', { network }, [{ photo, subject: 'Ada' }])
    await queue.work({ handlers: photoHandlers(), once: true })
    const [embedded, missing] = await collect(queue.items(embedding))
    expect(embedded!.result).toMatchObject({ photo, pipeline: expect.stringContaining('mobilefacenet') })
    expect((embedded!.result as { embedding: number[] }).embedding).toHaveLength(512)
    expect(missing).toMatchObject({ status: 'failed', result: { error: { code: 'E_NOT_FOUND' } } })
    expect(await collect(queue.items(enrolling))).toMatchObject([{ status: 'done' }])
    const gallery = await openGallery({ location: server.url, schema: 'other' })
    const { embedding: vector, pipeline } = embedded!.result as { embedding: number[]; pipeline: string }
    const [found] = await gallery.search([{ vector: Float32Array.from(vector), pipeline }])
    expect(found!.candidates).toMatchObject([{ subject: 'Ada', similarity: expect.closeTo(1, 5) }])
    await gallery.close()
    const [masked] = await collect(queue.items(masking))
    expect(masked).toMatchObject({ status: 'done', result: { status: 'masked' } })
    expect((await readFile((masked!.result as { output: string }).output)).length).toBeGreaterThan(1000)
    await expect(collect(queue.items('00000000-0000-0000-0000-000000000000'))).rejects.toMatchObject({
      code: 'E_UNKNOWN_BATCH',
    })
    await queue.close()
    await rm(out, { recursive: true, force: true })
  })

  it('needs a server', async () => {
    await expect(openQueue({ location: tmpdir() })).rejects.toMatchObject({ code: 'E_USAGE' })
  })
})
