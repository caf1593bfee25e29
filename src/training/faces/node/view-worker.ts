import { parentPort, workerData } from 'node:worker_threads'
import { openXfmr } from '../../../node.ts'
import type { TrainingPhoto } from '../training-photo.ts'
import { type ViewSettings, viewsOfFile } from './view-pool.ts'

const { open, views } = workerData as ViewSettings
const opened = openXfmr(open)

parentPort!.on('message', async (photo: TrainingPhoto) => {
  parentPort!.postMessage(await viewsOfFile(await opened, photo, views))
})
