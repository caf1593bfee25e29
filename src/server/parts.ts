import type { HttpBindings } from '@hono/node-server'
import type { Logger } from 'pino'
import type { Gallery } from '../gallery/gallery.ts'
import type { Access } from './guard.ts'
import type { Budget, Limits } from './limits.ts'
import type { Metrics } from './metrics.ts'
import type { PipelineFacts } from './open-tasks.ts'
import type { WorkQueue } from './queue.ts'
import type { Results, Task, TaskKind } from './task.ts'

/** What the server is put together from. */
export type ServerParts = {
  readonly queue: WorkQueue<Task, Results[TaskKind]>
  readonly about: PipelineFacts
  readonly access: Access
  readonly limits: Limits
  /** Memory of request bodies. */
  readonly budget: Budget
  readonly metrics: Metrics
  readonly log: Logger
  /** Absent where the server was started without one. */
  readonly gallery?: Gallery
  /** Answers for files: Studio and the page of the interface. */
  readonly pages: readonly Page[]
  /** False while the server starts or shuts down. */
  isReady(): boolean
}

/** Answers a GET request for a file that it has. */
export type Page = (request: Request) => Promise<Response | undefined>

/** What is known about a request while it is worked on. */
export type Env = {
  /** What `listen` was called with. */
  Bindings: HttpBindings
  Variables: {
    requestId: string
    /** Path of the endpoint with its parameters' names, for logs and metrics. */
    route: string
    /** Id of the API key. */
    key: string | undefined
    /** Code of the error that it ended with. */
    code: string | undefined
  }
}
