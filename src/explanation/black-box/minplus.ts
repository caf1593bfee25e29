import type { Explain } from '../method.ts'
import { signParts } from '../sign-parts.ts'
import { scoreChanged } from './changed.ts'

/**
 * MinPlus (Mery, CVPRW 2022): soft black blobs are laid over the face and taken away from a wholly black one, one at a time
 * and greedily one after the other. Four maps, each blob weighed by how much the score changed with it: single removal,
 * greedy removal (always what lowers the score most), single and greedy addition (always what raises it most). Each is
 * brought to a largest size of 1, and their mean is the map. Blobs of sigma 10 every 30 pixels: 4 x 4, 306 passes.
 */
export const explain: Explain = async (self, _, options) => {
  const { size: side } = self.network.contract
  const blobs = blobsFor(side)
  const black = self.pixel(0)
  const onProgress = stages(options.onProgress, 1 + 2 * (1 + blobs.length))
  const changed = { ...options, onProgress }
  let cutShort = false
  /** Scores of faces of which only the given share of every pixel shows. */
  const scores = async (shares: readonly Float32Array[]): Promise<Float32Array | undefined> => {
    const outcome = await scoreChanged(
      self,
      shares.length,
      (photo, k) => show(photo, shares[k]!, black),
      changed,
    )
    if (outcome.cutShort) cutShort = true
    return outcome.cutShort ? undefined : outcome.scores
  }
  const all = new Float32Array(side * side).fill(1)
  const none = new Float32Array(side * side)
  const [whole, empty] = (await scores([all, none]))!
  const maps: Float32Array[] = []
  for (const [start, first, change] of [
    [all, whole!, hide],
    [none, empty!, reveal],
  ] as const) {
    const single = await scores(blobs.map(blob => change(start, blob)))
    if (!single) break
    const sign = change === hide ? -1 : 1
    maps.push(
      weighed(
        blobs,
        Array.from(single, score => sign * (score - first)),
      ),
    )
    const greedy = await greedily(blobs, start, first, change, sign, scores, options.deadline)
    cutShort ||= greedy.cutShort
    maps.push(weighed(blobs, greedy.weights))
  }
  const data = new Float32Array(side * side)
  for (const map of maps) {
    const most = map.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1
    for (let i = 0; i < data.length; i++) data[i]! += map[i]! / most / maps.length
  }
  const map = { width: side, height: side, data }
  return { map, parts: signParts(map), ...(cutShort && { cutShort }) }
}

// --- internal ---

const SIGMA = 10
const STEP = 30

type Change = (shares: Float32Array, blob: Float32Array) => Float32Array
const hide: Change = (shares, blob) => shares.map((share, i) => share * (1 - blob[i]!))
const reveal: Change = (shares, blob) => shares.map((share, i) => 1 - (1 - share) * (1 - blob[i]!))

/** Bells with their middles on a grid, as many as fit, the margins alike. */
const blobsFor = (side: number): Float32Array[] => {
  const [step, sigma] = [(STEP * side) / 112, (SIGMA * side) / 112]
  const count = Math.floor((side - 1) / step) + 1
  const margin = (side - 1 - (count - 1) * step) / 2
  return Array.from({ length: count * count }, (_, k) => {
    const [x, y] = [margin + (k % count) * step, margin + Math.floor(k / count) * step]
    return Float32Array.from({ length: side * side }, (_, i) => {
      const [dx, dy] = [(i % side) - x, Math.floor(i / side) - y]
      return Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))
    })
  })
}

const show = (photo: Float32Array, shares: Float32Array, black: number): void => {
  for (let at = 0; at < photo.length; at++) {
    photo[at] = black + (photo[at]! - black) * shares[at % shares.length]!
  }
}

const weighed = (blobs: readonly Float32Array[], weights: readonly number[]): Float32Array => {
  const map = new Float32Array(blobs[0]!.length)
  blobs.forEach((blob, k) => {
    for (let i = 0; i < map.length; i++) map[i]! += weights[k]! * blob[i]!
  })
  return map
}

/** Takes the blob that changes the score most in the wanted direction, again and again; its weight is that change. */
const greedily = async (
  blobs: readonly Float32Array[],
  start: Float32Array,
  first: number,
  change: Change,
  sign: number,
  scores: (shares: readonly Float32Array[]) => Promise<Float32Array | undefined>,
  deadline = Number.POSITIVE_INFINITY,
): Promise<{ weights: number[]; cutShort: boolean }> => {
  const weights = blobs.map(() => 0)
  const left = new Set(blobs.keys())
  let [shares, before] = [start, first]
  while (left.size > 0) {
    if (performance.now() > deadline) return { weights, cutShort: true }
    const candidates = [...left]
    const found = await scores(candidates.map(k => change(shares, blobs[k]!)))
    if (!found) return { weights, cutShort: true }
    const best = candidates.reduce((top, _, i) => (sign * found[i]! > sign * found[top]! ? i : top), 0)
    const chosen = candidates[best]!
    weights[chosen] = sign * (found[best]! - before)
    shares = change(shares, blobs[chosen]!)
    before = found[best]!
    left.delete(chosen)
  }
  return { weights, cutShort: false }
}

/** Progress of many short runs: how many of them are done. */
const stages = (report: ((share: number) => void) | undefined, runs: number) => {
  let done = 0
  return (share: number): void => {
    if (share < 1) return
    done++
    report?.(done / runs)
  }
}
