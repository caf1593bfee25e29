/**
 * A process of its own that fetches one entry: `node --import tsx test/pull.ts HOME NAME [STEP]`, catalogue as JSON in
 * `CATALOGUE`. Prints its steps; with STEP it kills itself there, as a power cut would.
 */
import type { Entry } from '../src/models/entry.ts'
import { modelStore } from '../src/models/node.ts'

const [home, name, fatal] = process.argv.slice(2)
const store = modelStore({
  home: home!,
  catalogue: JSON.parse(process.env.CATALOGUE!) as Entry[],
  onProgress: ({ step }) => {
    console.log(step)
    if (step === fatal) process.kill(process.pid, 'SIGKILL')
  },
})
await store.ensure(name!)
