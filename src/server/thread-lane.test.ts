import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { threadLane } from './thread-lane.ts'

type Task = { do: string; memory?: Uint8Array<ArrayBuffer> }

let folder: string
let script: URL
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-lane-'))
  const path = join(folder, 'worker.mjs')
  await writeFile(
    path,
    `import { parentPort, threadId, workerData } from 'node:worker_threads'
if (workerData === 'broken') parentPort.postMessage({ error: { code: 'E_MODEL_MISSING', message: 'no model' } })
else {
  parentPort.on('message', task => {
    if (task.do === 'die') process.exit(3)
    if (task.do === 'throw') throw new Error('out of order')
    if (task.do === 'die later') setTimeout(() => process.exit(3), 20)
    if (task.do === 'throw later') setTimeout(() => { throw new Error('out of order') }, 20)
    if (task.do === 'hang') for (;;);
    if (task.do === 'refuse') return parentPort.postMessage({ error: { code: 'E_NO_FACE', message: 'nobody', details: { n: 1 }, stack: 'here' } })
    parentPort.postMessage({ result: { thread: threadId, length: task.memory?.length } })
  })
  parentPort.postMessage({ hello: workerData })
}`,
  )
  script = pathToFileURL(path)
})
afterAll(() => rm(folder, { recursive: true }))

const open = (workerData: string, lost: string[] = []) =>
  threadLane<Task, { thread: number; length?: number }, string>(script, {
    workerData,
    timeout: 500,
    memoryOf: ({ memory }) => (memory ? [memory.buffer] : []),
    onLost: reason => lost.push(reason),
  })

test('says when it is ready, answers, and takes the memory of a task along', async () => {
  const lane = open('hello')
  expect(await lane.ready).toBe('hello')
  const memory = new Uint8Array(100)
  expect(await lane.run({ do: 'echo', memory })).toMatchObject({ length: 100 })
  expect(memory.length).toBe(0)
  await lane.close()
})

test('errors of a task keep code, details and stack, and the thread goes on', async () => {
  const lost: string[] = []
  const lane = open('hello', lost)
  const { thread } = await lane.run({ do: 'echo' })
  await expect(lane.run({ do: 'refuse' })).rejects.toMatchObject({
    code: 'E_NO_FACE',
    message: 'nobody',
    details: { n: 1 },
    stack: 'here',
  })
  expect((await lane.run({ do: 'echo' })).thread).toBe(thread)
  expect(lost).toEqual([])
  await lane.close()
})

test.each([
  ['die', 'E_INTERNAL'],
  ['throw', 'E_INTERNAL'],
  ['hang', 'E_TIMEOUT'],
])('a thread that does "%s" costs one task and is replaced', async (what, code) => {
  const lost: string[] = []
  const lane = open('hello', lost)
  const { thread } = await lane.run({ do: 'echo' })
  await expect(lane.run({ do: what })).rejects.toMatchObject({ code })
  expect(lost).toHaveLength(1)
  expect((await lane.run({ do: 'echo' })).thread).toBeGreaterThan(thread)
  await lane.close()
})

test.each(['die later', 'throw later'])(
  'a thread that does "%s", between two tasks, costs none',
  async what => {
    const lost: string[] = []
    const lane = open('hello', lost)
    const { thread } = await lane.run({ do: what })
    await expect.poll(() => lost).toHaveLength(1)
    expect((await lane.run({ do: 'echo' })).thread).toBeGreaterThan(thread)
    await lane.close()
  },
)

test('a thread that can not start says why, every time', async () => {
  const lane = open('broken')
  await expect(lane.ready).rejects.toMatchObject({ code: 'E_MODEL_MISSING' })
  await expect(lane.run({ do: 'echo' })).rejects.toMatchObject({ code: 'E_MODEL_MISSING' })
  await expect(lane.run({ do: 'echo' })).rejects.toMatchObject({ code: 'E_MODEL_MISSING' })
  await lane.close()
})
