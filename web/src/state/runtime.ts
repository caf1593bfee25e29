import type { Client } from '../engine/client.ts'
import type { EngineFacts, OpenRequest } from '../engine/protocol.ts'

type Chosen = { readonly client: Client; readonly facts: EngineFacts; readonly notice: string | null }

/** Opens the worker with as many threads as the page may have. */
export const chooseRuntime = async (
  request: Pick<OpenRequest, 'config' | 'base'>,
  start: () => Client,
): Promise<Chosen> => {
  const client = start()
  const facts = await client.call('open', { ...request, threads: threadCount(), webgpu: false })
  return { client, facts, notice: null }
}

// --- internal ---

/** More than four bring nothing for networks of this size; without isolation there is only one. */
const threadCount = (): number =>
  globalThis.crossOriginIsolated ? Math.min(4, Math.max(1, navigator.hardwareConcurrency || 1)) : 1
