import { signal } from '@preact/signals'
import type { StudioConfig } from '../../../src/studio/config.ts'
import { type Call, EngineFailure } from '../engine/client.ts'
import type { EngineFacts, Progress } from '../engine/protocol.ts'
import { startEngine } from '../engine/start.ts'
import { loadMeasured } from './measured.ts'
import { chooseRuntime } from './runtime.ts'
import { settings } from './settings.ts'

export type EngineState =
  | { readonly step: 'idle' }
  | { readonly step: 'loading'; readonly progress: Progress | null }
  | { readonly step: 'ready'; readonly facts: EngineFacts; readonly notice: string | null }
  | { readonly step: 'failed'; readonly code: string; readonly message: string }

export const engineState = signal<EngineState>({ step: 'idle' })
export const config = signal<StudioConfig | null>(null)

/** Calls the worker as soon as the models are loaded. */
export const call: Call = async (name, takes, transfer) => {
  opening ??= open()
  return (await opening)(name, takes, transfer)
}

/** Loads the models; after a failure, tries again. */
export const openEngine = async (): Promise<void> => {
  if (engineState.value.step === 'failed') opening = undefined
  opening ??= open()
  await opening.catch(() => {})
}

/** Code and message of anything that was thrown. */
export const failureOf = (error: unknown): { code: string; message: string } =>
  error instanceof EngineFailure
    ? { code: error.code, message: error.message }
    : {
        code: error instanceof Error ? error.name : 'Error',
        message: error instanceof Error ? error.message : String(error),
      }

// --- internal ---

let opening: Promise<Call> | undefined

const open = async (): Promise<Call> => {
  engineState.value = { step: 'loading', progress: null }
  try {
    config.value ??= await loadConfig()
    if (config.value.faithfulness) void loadMeasured(config.value.faithfulness)
    const base = new URL('.', document.baseURI).href
    const { client, facts, notice } = await chooseRuntime(
      { config: config.value, base },
      settings.peek().run,
      () =>
        startEngine(progress => {
          engineState.value = { step: 'loading', progress }
        }),
    )
    engineState.value = { step: 'ready', facts, notice }
    return client.call
  } catch (error) {
    engineState.value = { step: 'failed', ...failureOf(error) }
    throw error
  }
}

const loadConfig = async (): Promise<StudioConfig> => {
  const response = await fetch('studio.json').catch(() => undefined)
  if (response?.ok) return response.json() as Promise<StudioConfig>
  throw new EngineFailure({ code: 'E_MODEL_FETCH', message: 'studio.json' })
}
