import type { MethodOptions } from './method-options.ts'

/**
 * Works through `total` samples in batches, until all are done or time is up. At least one batch is worked on.
 * @param work Gets the numbers of the samples of a batch.
 * @returns how many were done
 */
export const inBatches = async (
  total: number,
  { batch = 16, deadline = Number.POSITIVE_INFINITY, onProgress }: MethodOptions,
  work: (samples: readonly number[]) => Promise<void>,
): Promise<number> => {
  let done = 0
  while (done < total && (done === 0 || performance.now() < deadline)) {
    const size = Math.min(batch, total - done)
    await work(Array.from({ length: size }, (_, i) => done + i))
    done += size
    onProgress?.(done / total)
  }
  return done
}
