import { parentPort, workerData } from 'node:worker_threads'
import { modelStore } from '../../models/node.ts'
import { type MaskSettings, type MaskTask, maskFile } from './mask-file.ts'
import { faceSources } from './sources.ts'

// One thread of `maskPool`: takes tasks one by one and answers with rows.
const sources = faceSources(modelStore())
parentPort!.on('message', async (task: MaskTask) => {
  parentPort!.postMessage(await maskFile(task, workerData as MaskSettings, sources))
})
