/** What one request, and all of them together, may take. */
export type Limits = {
  /** Bytes of one request body. */
  readonly body: number
  /** Bytes of all request bodies that are being received or worked on. */
  readonly memory: number
  /** Pixels of one photo, counted before it is decoded. */
  readonly pixels: number
  /** Photos (or pairs) in one request. */
  readonly batch: number
  /** Photos that wait for a worker; more are turned away with 429. */
  readonly queue: number
  /** Milliseconds until the headers of a request must be there. */
  readonly headersTimeout: number
  /** Milliseconds until a whole request must be there. */
  readonly requestTimeout: number
  /** Milliseconds that one photo may occupy a worker. */
  readonly workTimeout: number
  /** Open connections. */
  readonly connections: number
}

export const DEFAULT_LIMITS: Limits = {
  body: 20_000_000,
  memory: 256_000_000,
  pixels: 40_000_000,
  batch: 32,
  queue: 64,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  workTimeout: 120_000,
  connections: 1024,
}

/** Bytes that may be held at the same time; never waits. */
export type Budget = {
  /** False, and nothing taken, where there are not so many left. */
  take(bytes: number): boolean
  give(bytes: number): void
  readonly used: number
}

export const createBudget = (total: number): Budget => {
  let used = 0
  return {
    take: bytes => {
      if (used + bytes > total) return false
      used += bytes
      return true
    },
    give: bytes => {
      used -= bytes
    },
    get used() {
      return used
    },
  }
}
