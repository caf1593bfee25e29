/** Trains in a process of its own, to be killed: `node --import tsx _resume-child.ts FOLDER [resume]`. */
import { writeSync } from 'node:fs'
import { nodeRuntime } from '../../../onnx/node.ts'
import { smallTraining } from '../_test-training.ts'
import { runTraining } from '../fit.ts'
import { openRun } from './run.ts'

const [folder, resume] = process.argv.slice(2)
const training = await smallTraining(nodeRuntime(), { dimension: 64, samples: 1280, batch: 128, epochs: 12 })
await runTraining({
  ...training,
  run: await openRun({ folder: folder!, config: { seed: 1 }, resume: resume === 'resume' }),
  checkpointSteps: 7,
  onProgress: ({ step }) => void writeSync(1, `${step}\n`),
})
