import { signal } from '@preact/signals'
import type { FaithfulnessFile } from '../../../src/explanation/measured.ts'
import type { CompareResult } from '../../../src/report/schema.ts'

/** What was measured about the methods; `null` where the server has nothing on them. */
export const measured = signal<FaithfulnessFile | null>(null)

export const loadMeasured = async (url: string): Promise<void> => {
  const response = await fetch(url).catch(() => undefined)
  if (response?.ok) measured.value = (await response.json()) as FaithfulnessFile
}

/** The condition that a result falls into, as the measurements name it. */
export const measuredCondition = ({ faces }: Pick<CompareResult, 'faces'>): string => {
  if (faces.some(({ unmasked }) => unmasked)) return 'corrected'
  return faces.some(({ mask }) => mask?.worn) ? 'masked' : 'unmasked'
}
