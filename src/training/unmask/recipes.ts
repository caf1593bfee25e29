import { EUM_SCHEDULE, type Schedule } from '../engine/schedule.ts'

/**
 * `eum-*`: the published Embedding Unmasking Model with one of three losses. `head`: the recogniser's last layers.
 * `deep`: its layers from a quarter of the way on.
 */
export const UNMASK_METHODS = ['eum-srt', 'eum-triplet', 'eum-cosine', 'head', 'deep'] as const
export type UnmaskMethod = (typeof UNMASK_METHODS)[number]

export type Recipe = {
  readonly batch: number
  readonly epochs: number
  readonly schedule: Schedule
  /** Share of faces without a mask in every batch. */
  readonly bareShare: number
  /** Mirrors and covers faces in other ways in every epoch. */
  readonly vary: boolean
  /** Keeps the values at the start on disk; otherwise the frozen layers run for every batch. */
  readonly cached: boolean
}

const EUM: Recipe = {
  batch: 512,
  epochs: 10,
  schedule: EUM_SCHEDULE,
  bareShare: 0,
  vary: false,
  cached: true,
}

/** The published settings of the EUM; for the others those that did best on validation people. */
export const RECIPES: Readonly<Record<UnmaskMethod, Recipe>> = {
  'eum-srt': EUM,
  'eum-triplet': EUM,
  'eum-cosine': EUM,
  head: {
    batch: 128,
    epochs: 8,
    schedule: { kind: 'cosine', rate: 0.01, warmUp: 0.2 },
    bareShare: 0.15,
    vary: false,
    cached: true,
  },
  deep: {
    batch: 32,
    epochs: 3,
    schedule: { kind: 'cosine', rate: 0.01, warmUp: 0.1 },
    bareShare: 0.15,
    vary: true,
    cached: false,
  },
}
