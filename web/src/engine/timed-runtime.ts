import type { Runtime } from '../../../src/onnx/runtime.ts'

/** When a network ran: milliseconds since 1970, so that the clocks of all workers agree. */
export type NetworkRun = { readonly start: number; readonly end: number }

/** Knows when networks ran, as far as that is still of interest. */
export type NetworkClock = { readonly runs: NetworkRun[] }

/** Milliseconds since 1970, as fine as `performance.now()`. */
export const now = (): number => performance.timeOrigin + performance.now()

/** Notes runs. */
export const noteRuns = ({ runs }: NetworkClock, more: readonly NetworkRun[]): void => {
  runs.push(...more)
  if (runs.length > KEPT) runs.splice(0, runs.length - KEPT)
}

/** The same runtime; the clock notes every run. */
export const timedRuntime = (runtime: Runtime, clock: NetworkClock): Runtime => ({
  name: runtime.name,
  load: async model => {
    const session = await runtime.load(model)
    return {
      ...session,
      run: async (feeds, fetch) => {
        const start = now()
        const outputs = await session.run(feeds, fetch)
        noteRuns(clock, [{ start, end: now() }])
        return outputs
      },
    }
  },
})

/** Runs that ended after a moment. */
export const runsSince = ({ runs }: NetworkClock, moment: number): NetworkRun[] =>
  runs.filter(({ end }) => end > moment)

/** Milliseconds since a moment in which networks ran, no matter how many at once. */
export const networksSince = (clock: NetworkClock, moment: number): number => {
  let sum = 0
  let covered = moment
  for (const { start, end } of runsSince(clock, moment).sort((one, other) => one.start - other.start)) {
    sum += Math.max(0, end - Math.max(start, covered))
    covered = Math.max(covered, end)
  }
  return sum
}

// --- internal ---

/** Runs that the clock remembers: more than a comparison of crowds makes. */
const KEPT = 500
