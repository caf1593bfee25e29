import type { MethodMaps } from '../engine/protocol.ts'
import { engineState } from '../state/engine.ts'
import { change, settings } from '../state/settings.ts'
import { text } from '../text.ts'
import { Select, Slider } from './controls.tsx'

/** Which method explains, and the layer that is shown. */
export const MethodPicker = ({ maps }: { maps: MethodMaps | null }) => {
  const { method, layer } = settings.value
  const state = engineState.value
  const methods = state.step === 'ready' ? state.facts.methods : []
  const last = (maps?.maps.length ?? 6) - 1
  const at = Math.min(layer, last)
  const label = maps?.maps[at]?.label
  return (
    <>
      <Select
        label={text.figure.method}
        value={method}
        options={methods.map(({ name, label, family }) => ({
          value: name,
          label,
          group: text.figure.families[family],
        }))}
        onChange={name => change({ method: name })}
      />
      <Slider
        label={text.figure.layer}
        value={at}
        max={Math.max(1, last)}
        shown={maps ? (label ? label.replace('x', ' × ') : text.figure.joined) : '…'}
        onInput={value => change({ layer: value })}
      />
    </>
  )
}
