import { signal } from '@preact/signals'
import type { Client } from '../engine/client.ts'
import type { EngineFacts, OpenRequest } from '../engine/protocol.ts'
import { text } from '../text.ts'

type Chosen = { readonly client: Client; readonly facts: EngineFacts; readonly notice: string | null }

/** Whether this browser has a graphics card to compute with. */
export const hasGraphicsCard = signal(false)

export const lookForGraphicsCard = async (): Promise<void> => {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } }
  hasGraphicsCard.value = Boolean(await gpu?.requestAdapter().catch(() => null))
}

/**
 * Opens the worker: on the processor with as many threads as the page may have, or, where that is wanted, on the graphics card. The card is
 * only used when it gives the scores that the processor gives.
 */
export const chooseRuntime = async (
  request: Pick<OpenRequest, 'config' | 'base'>,
  wanted: 'wasm' | 'webgpu',
  start: () => Client,
): Promise<Chosen> => {
  const client = start()
  const facts = await client.call('open', { ...request, ...threadCounts(), webgpu: false })
  if (wanted === 'wasm') return { client, facts, notice: null }
  const card = start()
  try {
    const cardFacts = await card.call('open', { ...request, threads: 1, second: 0, webgpu: true })
    const { a, b } = request.config.samples[0]!
    const photos = await Promise.all([a, b].map(async url => (await fetch(url)).blob()))
    const [found, expected] = [await scoreOf(card, photos), await scoreOf(client, photos)]
    if (Math.abs(found - expected) < AGREEMENT) {
      client.close()
      return { client: card, facts: cardFacts, notice: null }
    }
    card.close()
    return { client, facts, notice: text.engine.gpuDisagrees }
  } catch {
    card.close()
    return { client, facts, notice: text.engine.gpuFailed }
  }
}

// --- internal ---

/** Scores of two runtimes may differ by this much. */
const AGREEMENT = 1e-3

/**
 * The cores are shared by two workers: two photos side by side wait less for each other than threads of one network do. More than four
 * threads bring nothing for networks of this size; without isolation each worker has only one.
 */
const threadCounts = (): Pick<OpenRequest, 'threads' | 'second'> => {
  const cores = navigator.hardwareConcurrency || 1
  const most = globalThis.crossOriginIsolated ? 4 : 1
  const second = Math.min(most, Math.floor(cores / 2))
  return { threads: Math.min(most, cores - second), second }
}

const scoreOf = async ({ call }: Client, [a, b]: readonly Blob[]): Promise<number> => {
  const one = await call('read', { file: a!, name: 'a' })
  const other = await call('read', { file: b!, name: 'b' })
  const faces = { a: { photo: one.id, face: 0 }, b: { photo: other.id, face: 0 } }
  const pair = await call('compare', { ...faces, unmask: 'auto', since: Date.now() })
  await call('forget', { photos: [one.id, other.id], pairs: [pair.id] })
  return pair.result.score.cosine
}
