import { signal } from '@preact/signals'
import type { LiveFinding } from '../engine/protocol.ts'
import { closeCamera, openCamera } from '../parts/camera.tsx'
import { call, failureOf } from './engine.ts'
import { createSlot, faceOf, slots } from './photos.ts'

/** Whoever is in front of the camera is compared with this photo; photo A where none was given here. */
export const reference = createSlot()

export type Live = {
  readonly step: 'off' | 'starting' | 'on'
  readonly finding: LiveFinding | null
  /** Scores of the last pictures that had a face, oldest first. */
  readonly scores: readonly number[]
  /** Pictures that were looked at in the last second or two, by second. */
  readonly rate: number
  readonly failure: { readonly code: string; readonly message: string } | null
}

const OFF: Live = { step: 'off', finding: null, scores: [], rate: 0, failure: null }
export const live = signal<Live>(OFF)

/** Scores that the rolling mean is made of. */
export const ROLLING = 12

/** Scores that the curve shows. */
export const SHOWN = 60

/**
 * Starts the camera and looks at one picture after the other, as fast as the worker can. Pictures are given to the worker and then
 * forgotten; there is nothing that records them.
 */
export const startLive = async (video: HTMLVideoElement): Promise<void> => {
  stopLive()
  const own = ++turn
  live.value = { ...OFF, step: 'starting' }
  try {
    const opened = await openCamera()
    if (own !== turn) return closeCamera(opened)
    stream = opened
    video.srcObject = opened
    await video.play()
    live.value = { ...live.peek(), step: 'on' }
    await follow(video, own)
  } catch (error) {
    if (own !== turn) return
    stopLive()
    live.value = { ...OFF, failure: failureOf(error) }
  }
}

export const stopLive = (): void => {
  turn++
  closeCamera(stream)
  stream = null
  live.peek().finding?.aligned?.close()
  live.value = OFF
}

/** The reference of the moment. */
export const referenceFace = () => faceOf(reference.value) ?? faceOf(slots.a.value)

// --- internal ---

let turn = 0
let stream: MediaStream | null = null

const follow = async (video: HTMLVideoElement, own: number): Promise<void> => {
  const times: number[] = []
  let against = ''
  while (own === turn) {
    const wanted = referenceFace()
    const picture = await createImageBitmap(video)
    const finding = await call('look', { picture, reference: wanted }, [picture])
    if (own !== turn) return finding.aligned?.close()
    const now = performance.now()
    times.push(now)
    while (times[0]! < now - 2000) times.shift()
    const before = live.peek()
    const key = JSON.stringify(wanted)
    // Scores against another photo say nothing about this one.
    const kept = key === against ? before.scores : []
    against = key
    const scores = finding.score === null ? kept : [...kept, finding.score].slice(-SHOWN)
    live.value = { ...before, finding, scores, rate: times.length / Math.max(0.5, (now - times[0]!) / 1000) }
    before.finding?.aligned?.close()
    await nextPicture(video)
  }
}

/** Waits until the camera has a new picture. */
const nextPicture = (video: HTMLVideoElement): Promise<void> =>
  new Promise(resolve => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => resolve())
    else setTimeout(resolve, 30)
  })
