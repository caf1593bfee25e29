/** Median of numbers. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!

/**
 * Times several tasks in turns (A B C A B C ...), so that whatever else the machine does hits all of them alike.
 * @returns the median milliseconds of each task
 */
export const timeInTurns = async <K extends string>(
  tasks: Readonly<Record<K, () => unknown>>,
  { rounds = 60, warmUp = 5 }: { rounds?: number; warmUp?: number } = {},
): Promise<Record<K, number>> => {
  const names = Object.keys(tasks) as K[]
  const times = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<K, number[]>
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now()
      await tasks[name]()
      if (round >= 0) times[name].push(performance.now() - start)
    }
  }
  return Object.fromEntries(names.map(name => [name, median(times[name])])) as Record<K, number>
}

/** Prints `label  value ms  ratio x (limit y)`. */
export const ratioLine = (label: string, value: number, base: number, limit: number): string => {
  const ratio = value / base
  const verdict = ratio <= limit ? 'ok' : 'OVER'
  return `${label.padEnd(52)} ${value.toFixed(2).padStart(8)} ms ${ratio.toFixed(2).padStart(6)} x   limit ${limit} x  ${verdict}`
}

/** Slope of the least-squares line through readings of memory: a leak shows as a slope, whatever the noise. */
export const memorySlope = (readings: readonly { done: number; rss: number }[]): number => {
  const meanX = readings.reduce((sum, { done }) => sum + done, 0) / readings.length
  const meanY = readings.reduce((sum, { rss }) => sum + rss, 0) / readings.length
  const shared = readings.reduce((sum, { done, rss }) => sum + (done - meanX) * (rss - meanY), 0)
  return shared / readings.reduce((sum, { done }) => sum + (done - meanX) ** 2, 0)
}
