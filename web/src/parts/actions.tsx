import { useState } from 'preact/hooks'
import type { Pair } from '../engine/protocol.ts'
import { call, failureOf } from '../state/engine.ts'
import { text } from '../text.ts'
import { FailureNote } from './failure.tsx'

/** The report of the command line as a download, and a link to the settings of the page. */
export const Actions = ({ pair }: { pair: Pair }) => {
  const [working, setWorking] = useState(false)
  const [said, setSaid] = useState('')
  const [failure, setFailure] = useState<{ code: string; message: string } | null>(null)
  const download = async (): Promise<void> => {
    setWorking(true)
    setFailure(null)
    try {
      save(await call('report', { pair: pair.id }))
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setWorking(false)
    }
  }
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.href).catch(() => {})
    setSaid(text.actions.linked)
  }
  return (
    <div class="actions">
      <div class="buttons">
        <button type="button" class="primary" disabled={working} onClick={download}>
          {working ? text.actions.reportWorking : text.actions.report}
        </button>
        <button type="button" onClick={copy}>
          {text.actions.link}
        </button>
        <span class="note" aria-live="polite">
          {said}
        </span>
      </div>
      {failure && <FailureNote failure={failure} />}
      <p class="note">{text.actions.limits}</p>
    </div>
  )
}

// --- internal ---

const save = (report: Blob): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(report)
  link.download = text.actions.file
  link.click()
  // The browser has begun the download by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
