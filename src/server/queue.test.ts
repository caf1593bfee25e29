import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { XfmrError } from '../errors.ts'
import { type Lane, workQueue } from './queue.ts'

/** A worker that takes a number of turns of the event loop, and notes how many work at once. */
const lanesOf = (count: number) => {
  const state = { running: 0, most: 0, order: [] as number[], closed: 0 }
  const lane = (): Lane<{ id: number; turns: number; fails?: boolean }, number> => ({
    run: async ({ id, turns, fails }) => {
      state.order.push(id)
      state.most = Math.max(state.most, ++state.running)
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      state.running--
      if (fails) throw new Error(`failed ${id}`)
      return id
    },
    close: async () => void state.closed++,
  })
  return { state, lanes: Array.from({ length: count }, lane) }
}

test('every task gets its own answer, in order of arrival, never more at once than there are workers', async () => {
  const task = fc.record({ turns: fc.nat(4), fails: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(task, { maxLength: 20 }),
      async (count, tasks) => {
        const { state, lanes } = lanesOf(count)
        const finished: number[] = []
        const queue = workQueue(lanes, { capacity: 20, onFinished: done => finished.push(done.task.id) })
        const results = await Promise.allSettled(tasks.flatMap((one, id) => queue.submit([{ id, ...one }])))
        expect(
          results.map(result => (result.status === 'fulfilled' ? result.value : result.reason.message)),
        ).toEqual(tasks.map(({ fails }, id) => (fails ? `failed ${id}` : id)))
        expect(state.order).toEqual(tasks.map((_, id) => id))
        expect(state.most).toBeLessThanOrEqual(count)
        expect(finished).toHaveLength(tasks.length)
        expect([queue.waiting, queue.running]).toEqual([0, 0])
      },
    ),
    { numRuns: 50 },
  )
})

test('takes all of a batch or none, and says when to come back', async () => {
  const { lanes, state } = lanesOf(1)
  const queue = workQueue(lanes, { capacity: 3 })
  const first = queue.submit([1, 2, 3].map(id => ({ id, turns: 1 })))
  expect([queue.running, queue.waiting]).toEqual([1, 2])
  expect(() => queue.submit([4, 5].map(id => ({ id, turns: 1 })))).toThrow(
    expect.objectContaining({ code: 'E_BUSY', details: { retryAfter: expect.any(Number) } }),
  )
  const last = queue.submit([{ id: 6, turns: 1 }])
  expect(() => queue.checkRoom(1)).toThrow(expect.objectContaining({ code: 'E_BUSY' }))
  await Promise.all([...first, ...last])
  expect(state.order).toEqual([1, 2, 3, 6])
})

test('tells the clients that it turns away to come one after the other, not all at once', async () => {
  const lanes = [{ run: () => new Promise<never>(() => {}), close: async () => {} }]
  const queue = workQueue<number, never>(lanes, { capacity: 1 })
  queue.submit([1, 2])
  const told = Array.from({ length: 400 }, () => {
    try {
      queue.checkRoom(1)
    } catch (error) {
      return (error as XfmrError).details!.retryAfter as number
    }
    throw new Error('there was room')
  })
  // Nothing has been finished, so a task counts as 200 ms: five clients for each second, and nobody waits for more than 30.
  for (let second = 2; second < 29; second++) expect(told.filter(value => value === second)).toHaveLength(5)
  expect(Math.max(...told)).toBe(30)
})

test('a client that hangs up loses its place; one whose task runs does not disturb it', async () => {
  const { lanes, state } = lanesOf(1)
  const queue = workQueue(lanes, { capacity: 5 })
  const running = new AbortController()
  const waiting = new AbortController()
  const [one] = queue.submit([{ id: 1, turns: 3 }], running.signal)
  const [two] = queue.submit([{ id: 2, turns: 1 }], waiting.signal)
  const [three] = queue.submit([{ id: 3, turns: 1 }])
  running.abort()
  waiting.abort()
  await expect(two).rejects.toMatchObject({ code: 'E_BUSY' })
  expect(await Promise.all([one, three])).toEqual([1, 3])
  expect(state.order).toEqual([1, 3])
})

test('closing turns away what waits and ends the workers', async () => {
  const { lanes, state } = lanesOf(2)
  const queue = workQueue(lanes, { capacity: 5 })
  const results = queue.submit([1, 2, 3].map(id => ({ id, turns: 2 })))
  const refused = expect(results[2]).rejects.toMatchObject({ code: 'E_BUSY' })
  await queue.close()
  await refused
  expect(await Promise.all(results.slice(0, 2))).toEqual([1, 2])
  expect(state.closed).toBe(2)
  expect(() => queue.submit([{ id: 4, turns: 0 }])).toThrow(expect.objectContaining({ code: 'E_BUSY' }))
})
