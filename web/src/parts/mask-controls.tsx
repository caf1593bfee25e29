import { FABRIC_PATTERNS, type PatternName } from '../../../src/masking/patterns.ts'
import { COLOURS, type Coverage, REAL_TYPES } from '../../../src/masking/recipe.ts'
import type { MaskWish } from '../engine/protocol.ts'
import { maskSide, maskWish } from '../state/mask.ts'
import { letterOf, SIDES } from '../state/photos.ts'
import { text } from '../text.ts'
import { Segments, Select, Slider } from './controls.tsx'

/** Kind, colour, pattern and fit of the mask, and whose face wears it. */
export const MaskControls = () => {
  const wish = maskWish.value
  const set = (part: Partial<MaskWish>): void => {
    maskWish.value = { ...wish, ...part }
  }
  const worn = WORN.indexOf(wish.coverage)
  return (
    <div class="mask-controls card">
      <div class="control">
        <span class="control-name">{text.mask.on}</span>
        <Segments
          label={text.mask.on}
          name="mask-side"
          value={maskSide.value}
          options={SIDES.map(value => ({ value, label: text.mask.face(letterOf(value)) }))}
          onChange={side => {
            maskSide.value = side
          }}
        />
      </div>
      <div class="control">
        <span class="control-name">{text.mask.type}</span>
        <Segments
          label={text.mask.type}
          name="mask-type"
          value={wish.type}
          options={REAL_TYPES.map(value => ({ value, label: text.mask.types[value] ?? value }))}
          onChange={type => set({ type })}
        />
      </div>
      <div class="control">
        <span class="control-name">{text.mask.colour}</span>
        <fieldset class="swatches">
          <legend class="hidden">{text.mask.colour}</legend>
          {Object.entries(COLOURS).map(([name, colour]) => (
            <label key={name} class="colour" title={name}>
              <input
                type="radio"
                name="mask-colour"
                checked={wish.colour === colour}
                aria-label={name.replace('-', ' ')}
                onChange={() => set({ colour })}
              />
              <span style={{ backgroundColor: colour }} />
            </label>
          ))}
          <label class="colour own" title={text.mask.own}>
            <input
              type="color"
              value={wish.colour}
              aria-label={text.mask.own}
              onInput={event => set({ colour: event.currentTarget.value })}
            />
          </label>
        </fieldset>
      </div>
      <Slider
        label={text.mask.coverage}
        value={worn}
        max={WORN.length - 1}
        shown={text.mask.coverages[wish.coverage]}
        onInput={value => set({ coverage: WORN[value]! })}
      />
      <Slider
        label={text.mask.shift}
        value={-wish.shift}
        min={-0.2}
        max={0.2}
        step={0.02}
        shown={(-wish.shift).toFixed(2)}
        onInput={value => set({ shift: -value })}
      />
      <Slider
        label={text.mask.size}
        value={wish.size}
        min={0.8}
        max={1.2}
        step={0.02}
        shown={wish.size.toFixed(2)}
        onInput={size => set({ size })}
      />
      <Select
        label={text.mask.pattern}
        value={wish.pattern ?? ''}
        options={[
          { value: '', label: text.mask.noPattern },
          ...FABRIC_PATTERNS.map(value => ({ value, label: value })),
        ]}
        onChange={value => set({ pattern: value === '' ? null : (value as PatternName) })}
      />
    </div>
  )
}

// --- internal ---

/** From worn on the chin to right up. */
const WORN: readonly Coverage[] = ['chin', 'nose-out', 'low', 'medium', 'high']
