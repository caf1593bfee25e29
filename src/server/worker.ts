import { parentPort, workerData } from 'node:worker_threads'
import { type OpenTasksSettings, openTasks } from './open-tasks.ts'
import type { Results, Task, TaskKind } from './task.ts'
import { packError } from './thread-lane.ts'

// One thread of the server: opens its own models, says so, and then does one task after the other.
const port = parentPort!
try {
  const { run, about } = await openTasks(workerData as OpenTasksSettings)
  port.on('message', async (task: Task) => {
    try {
      const result = await run(task)
      port.postMessage({ result }, moved(result))
    } catch (error) {
      port.postMessage({ error: packError(error) })
    }
  })
  port.postMessage({ hello: about })
} catch (error) {
  port.postMessage({ error: packError(error) })
}

// --- internal ---

/** Memory that goes along instead of being copied. */
function moved(result: Results[TaskKind]): ArrayBuffer[] {
  if (result instanceof Uint8Array) return [result.buffer]
  return 'json' in result ? [result.json.buffer, result.image.buffer] : []
}
