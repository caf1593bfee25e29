import type { Runtime } from '../../../src/onnx/runtime.ts'

/** Milliseconds that networks ran, since the worker was started. */
export type NetworkClock = { ms: number }

/** The same runtime; the clock runs while a network does. */
export const timedRuntime = (runtime: Runtime, clock: NetworkClock): Runtime => ({
  name: runtime.name,
  load: async model => {
    const session = await runtime.load(model)
    return {
      ...session,
      run: async (feeds, fetch) => {
        const start = performance.now()
        const outputs = await session.run(feeds, fetch)
        clock.ms += performance.now() - start
        return outputs
      },
    }
  },
})

/** Milliseconds of a piece of work, and how many of them networks ran. */
export type Spent = { readonly time: number; readonly networks: number }

/** Does a piece of work and tells what it took. */
export const spending = async <T>(clock: NetworkClock, work: () => Promise<T>): Promise<[T, Spent]> => {
  const [start, before] = [performance.now(), clock.ms]
  const result = await work()
  return [result, { time: performance.now() - start, networks: clock.ms - before }]
}
