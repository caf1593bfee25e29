import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the server counts, for Prometheus. Labels hold routes, never paths: nobody's name ends up here. */
export type Metrics = {
  readonly registry: Registry
  request(labels: { route: string; method: string; status: number }, seconds: number): void
  task(kind: string, seconds: { waited: number; took: number }, failed: boolean): void
  /** Errors by their code. */
  error(code: string): void
  lostWorker(): void
}

/** @param state Looked at when the metrics are asked for. */
export const createMetrics = (state: () => { waiting: number; running: number; bodies: number }): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'xfmr_' })
  const requests = new Histogram({
    name: 'xfmr_http_request_seconds',
    help: 'Time from the headers of a request to its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  })
  const work = new Histogram({
    name: 'xfmr_task_seconds',
    help: 'Time that a worker had a photo',
    labelNames: ['kind', 'failed'],
    buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  })
  const waits = new Histogram({
    name: 'xfmr_queue_wait_seconds',
    help: 'Time that a photo waited for a worker',
    buckets: [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  })
  const errors = new Counter({
    name: 'xfmr_errors_total',
    help: 'Requests that ended with an error, by its code',
    labelNames: ['code'],
    registers,
  })
  const lost = new Counter({
    name: 'xfmr_workers_lost_total',
    help: 'Workers that died or hung and were replaced',
    registers,
  })
  for (const [name, help] of [
    ['waiting', 'Photos that wait for a worker'],
    ['running', 'Photos that workers have'],
    ['bodies', 'Bytes of request bodies in memory'],
  ] as const) {
    new Gauge({
      name: name === 'bodies' ? 'xfmr_body_bytes' : `xfmr_queue_${name}`,
      help,
      registers,
      collect() {
        this.set(state()[name])
      },
    })
  }
  return {
    registry,
    request: ({ route, method, status }, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    task: (kind, { waited, took }, failed) => {
      work.observe({ kind, failed: String(failed) }, took)
      waits.observe(waited)
    },
    error: code => errors.inc({ code }),
    lostWorker: () => lost.inc(),
  }
}
