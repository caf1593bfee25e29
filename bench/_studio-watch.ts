import { readFile } from 'node:fs/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'

/** Milliseconds from the moment that the page gets two photos. */
export type Drop = {
  /** Until the verdict is part of the page. */
  readonly verdict: number
  /** Until the browser has painted it. */
  readonly painted: number
}

/** A task of the main thread that took more than 50 ms. Milliseconds since the page was opened. */
export type LongTask = { readonly start: number; readonly duration: number }

/** Watches files that are chosen, verdicts that appear, and long tasks, from the start of every page. */
export const WATCH = `
window.__wanted = null
window.__drop = null
window.__tasks = []
addEventListener('change', event => {
  if (event.target.type === 'file') window.__drop = { start: performance.now() }
}, true)
new MutationObserver(() => {
  const { __drop: drop, __wanted: wanted } = window
  if (!wanted || !drop || drop.verdict || document.querySelector('.verdict h2')?.className !== wanted) return
  drop.verdict = performance.now() - drop.start
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      drop.painted = performance.now() - drop.start
      window.__arrived(drop)
    }
    port2.postMessage(null)
  })
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] })
new PerformanceObserver(list => {
  for (const { startTime, duration } of list.getEntries()) window.__tasks.push({ start: startTime, duration })
}).observe({ type: 'longtask', buffered: true })
`

type Watched = {
  __wanted: string | null
  __drop: (Drop & { start: number }) | null
  __arrival: Promise<Drop>
  __arrived: (drop: Drop) => void
  __tasks: LongTask[]
}

/** Says which verdict is waited for; it must differ from the one on the page. */
export const expectVerdict = (page: Page, verdict: 'same' | 'different'): Promise<void> =>
  page.evaluate(wanted => {
    const watched = window as unknown as Watched
    watched.__drop = null
    watched.__wanted = wanted
    watched.__arrival = new Promise(resolve => {
      watched.__arrived = resolve
    })
  }, verdict)

/** Waits until that verdict is painted, without asking the page again and again. */
export const dropOf = (page: Page): Promise<Drop> =>
  page.evaluate(() => (window as unknown as Watched).__arrival)

/** Long tasks since the last call. */
export const takeLongTasks = (page: Page): Promise<LongTask[]> =>
  page.evaluate(() => (window as unknown as Watched).__tasks.splice(0))

/** Bytes that a page holds after its garbage, and that of its worker, was collected. */
export type Memory = {
  /** JavaScript objects of the page. */
  readonly page: number
  /** JavaScript objects of its worker. */
  readonly worker: number
  /** All memory of the process that both run in, WebAssembly and pictures included. */
  readonly process: number
}

/** Watches the memory of a page and of its worker; call it before the page is opened. */
export const watchMemory = async (browser: Browser, page: Page): Promise<() => Promise<Memory>> => {
  const session = await page.context().newCDPSession(page)
  const root = await browser.newBrowserCDPSession()
  const answers = new Map<number, (bytes: number) => void>()
  let worker = ''
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') worker = sessionId
  })
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message)
    answers.get(id)?.(result?.usedSize)
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false })
  let last = 0
  const askWorker = (method: string): Promise<number> =>
    new Promise(resolve => {
      const id = ++last
      answers.set(id, resolve)
      void session.send('Target.sendMessageToTarget', {
        sessionId: worker,
        message: JSON.stringify({ id, method }),
      })
    })
  return async () => {
    await askWorker('HeapProfiler.collectGarbage')
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return {
      page: usedSize,
      worker: await askWorker('Runtime.getHeapUsage'),
      process: await residentOf(root),
    }
  }
}

// --- internal ---

/** Resident bytes of the renderer that worked most: the others show nothing. */
const residentOf = async (browser: CDPSession): Promise<number> => {
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
  const { id } = processInfo
    .filter(({ type }) => type === 'renderer')
    .reduce((most, process) => (process.cpuTime > most.cpuTime ? process : most))
  const status = await readFile(`/proc/${id}/status`, 'utf8')
  return Number(status.match(/VmRSS:\s+(\d+) kB/)![1]) * 1024
}
