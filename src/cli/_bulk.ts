/**
 * Runs `work` on every item, up to `jobs` at a time, and hands over the results in the order of the items, each as
 * soon as it and all before it are there. So the output does not depend on the number of jobs.
 */
export const inOrder = async <T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<R>,
  emit: (result: R, item: T) => void | Promise<void>,
): Promise<void> => {
  const finished = new Map<number, R>()
  let next = 0
  let emitted = 0
  let emitting = Promise.resolve()
  const flush = async (): Promise<void> => {
    while (finished.has(emitted)) {
      const result = finished.get(emitted)!
      finished.delete(emitted)
      await emit(result, items[emitted]!)
      emitted++
    }
  }
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      finished.set(index, await work(items[index]!))
      emitting = emitting.then(flush)
      await emitting
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker))
}
