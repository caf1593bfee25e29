import { publicError } from './failure.ts'
import type { ServerParts } from './parts.ts'
import type { Results, TaskKind, TaskOf } from './task.ts'

/** A task of a batch that failed. */
export type Failed = { readonly error: ReturnType<typeof publicError> }

/** Hands work to the workers, and waits for it. */
export type Work = {
  /** @throws XfmrError `E_BUSY`, and as the task does */
  one<K extends TaskKind>(task: TaskOf<K>, signal: AbortSignal): Promise<Results[K]>
  /** In order. @throws XfmrError `E_BUSY` when there is no room for all of them */
  all<K extends TaskKind>(tasks: readonly TaskOf<K>[], signal: AbortSignal): Promise<(Results[K] | Failed)[]>
}

export const workOn = ({ queue }: Pick<ServerParts, 'queue'>): Work => ({
  one: async (task, signal) => (await queue.submit([task], signal)[0]) as never,
  all: async (tasks, signal) =>
    Promise.all(
      queue
        .submit(tasks, signal)
        .map(result => result.catch((error: unknown): Failed => ({ error: publicError(error) }))),
    ) as never,
})
