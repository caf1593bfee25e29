import { modelStore } from '../models/node.ts'
import type { ModelStore, StoreEvent } from '../models/store.ts'
import type { Terminal } from './_command.ts'
import { megabytes } from './_table.ts'

/** The model store, with a line on the terminal while something is fetched and a person watches. */
export const cliStore = (terminal: Terminal): ModelStore =>
  modelStore(terminal.interactive ? { onProgress: fetchLine(terminal) } : {})

// --- internal ---

const STEPS: Readonly<Record<StoreEvent['step'], string>> = {
  wait: 'Waiting for another xfmr process that is fetching',
  fetch: 'Fetching with npm',
  check: 'Checking',
  place: 'Unpacking',
  done: '',
  failed: '',
}

/**
 * npm writes the tarball at the very end, so there is no honest percentage: the line names the size and counts
 * the seconds.
 */
const fetchLine = (terminal: Terminal): ((event: StoreEvent) => void) => {
  let timer: NodeJS.Timeout | undefined
  let start = 0
  let current: StoreEvent
  const draw = () => {
    const seconds = Math.floor((Date.now() - start) / 1000)
    terminal.err(
      `\r\x1b[K${STEPS[current.step]} ${current.package} (${megabytes(current.bytes)}), ${seconds} s`,
    )
  }
  return event => {
    if (event.step === 'done' || event.step === 'failed') {
      clearInterval(timer)
      if (timer) terminal.err('\r\x1b[K')
      timer = undefined
      return
    }
    current = event
    if (!timer) {
      start = Date.now()
      // Unref: the line must not keep a finished program alive.
      timer = setInterval(draw, 1000).unref()
    }
    draw()
  }
}
