import type { Runtime } from '../../../src/onnx/runtime.ts'

/** Knows when networks ran, as far as that is still of interest. */
export type NetworkClock = {
  readonly runs: { readonly end: number; readonly ms: number }[]
}

/** The same runtime; the clock notes every run. */
export const timedRuntime = (runtime: Runtime, { runs }: NetworkClock): Runtime => ({
  name: runtime.name,
  load: async model => {
    const session = await runtime.load(model)
    return {
      ...session,
      run: async (feeds, fetch) => {
        const start = performance.now()
        const outputs = await session.run(feeds, fetch)
        const end = performance.now()
        runs.push({ end, ms: end - start })
        if (runs.length > KEPT) runs.splice(0, runs.length - KEPT)
        return outputs
      },
    }
  },
})

/** Milliseconds that networks ran since a moment of the worker's own clock. */
export const networksSince = ({ runs }: NetworkClock, moment: number): number =>
  runs.reduce((sum, { end, ms }) => (end > moment ? sum + ms : sum), 0)

// --- internal ---

/** Runs that the clock remembers: more than a comparison of crowds makes. */
const KEPT = 500
