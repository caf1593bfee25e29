import { type ReadonlySignal, signal, useSignalEffect } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { MethodMaps } from '../engine/protocol.ts'
import type { Comparison } from './comparison.ts'
import { call } from './engine.ts'
import { settings } from './settings.ts'

/** Maps of the chosen method for the pair on the page; the last ones stay until the new ones are there. */
export const useMaps = (comparison: ReadonlySignal<Comparison>): ReadonlySignal<MethodMaps | null> => {
  const maps = useMemo(() => signal<MethodMaps | null>(null), [])
  useSignalEffect(() => {
    const { pair, explained } = comparison.value
    const { view, method } = settings.value
    if (!pair || !explained || view !== 'layers') return
    const key = `${pair.id}/${method}`
    if (wanted.get(maps) === key) return
    wanted.set(maps, key)
    call('maps', { pair: pair.id, method }).then(
      found => {
        if (wanted.get(maps) === key) maps.value = found
      },
      () => {
        if (wanted.get(maps) === key) maps.value = null
      },
    )
  })
  return maps
}

// --- internal ---

/** Pair and method that a signal waits for or shows. */
const wanted = new WeakMap<ReadonlySignal<MethodMaps | null>, string>()
