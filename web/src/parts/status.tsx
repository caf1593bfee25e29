import { type EngineState, engineState, openEngine } from '../state/engine.ts'
import { hasGraphicsCard } from '../state/runtime.ts'
import { change, settings } from '../state/settings.ts'
import { text } from '../text.ts'

/** Whether the models are there, and how far their download is. */
export const Status = () => {
  const state = engineState.value
  const share = shareOf(state)
  return (
    <div class={`status ${state.step}`}>
      <p aria-live="polite" title={state.step === 'ready' ? (state.notice ?? undefined) : undefined}>
        {wordsOf(state)}
      </p>
      {share !== null && (
        <progress max={1} value={share} aria-label={wordsOf(state)}>
          {Math.round(share * 100)} %
        </progress>
      )}
      {state.step === 'ready' && hasGraphicsCard.value && (
        <button type="button" class="quiet" onClick={changeRuntime}>
          {settings.value.run === 'wasm' ? text.engine.useGpu : text.engine.useCpu}
        </button>
      )}
      {state.step === 'ready' && state.notice && <p class="status-notice">{state.notice}</p>}
      {state.step === 'failed' && (
        <button type="button" onClick={() => void openEngine()}>
          {text.engine.again}
        </button>
      )}
    </div>
  )
}

// --- internal ---

/** The networks are loaded anew, so the page is too. */
const changeRuntime = (): void => {
  change({ run: settings.peek().run === 'wasm' ? 'webgpu' : 'wasm' })
  location.reload()
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const wordsOf = (state: EngineState): string => {
  switch (state.step) {
    case 'idle':
      return text.engine.idle
    case 'loading': {
      const { progress } = state
      if (!progress) return text.engine.idle
      const { loaded, total } = progress
      return loaded < total ? text.engine.fetch(megabytes(loaded), megabytes(total)) : text.engine.prepare
    }
    case 'ready': {
      const { runtime, threads } = state.facts
      return text.engine.ready(runtime === 'webgpu' ? text.engine.webgpu : text.engine.wasm(threads))
    }
    case 'failed':
      return text.engine.failed
  }
}

const shareOf = (state: EngineState): number | null => {
  if (state.step !== 'loading') return null
  return state.progress ? state.progress.loaded / state.progress.total : 0
}
