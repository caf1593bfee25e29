import type { ComponentChildren } from 'preact'

type Option<T extends string> = {
  readonly value: T
  readonly label: string
  /** Heading that a select puts it under. */
  readonly group?: string
}

/** A few choices side by side, of which one is taken. */
export const Segments = <T extends string>({
  label,
  name,
  value,
  options,
  onChange,
}: {
  label: string
  name: string
  value: T
  options: readonly Option<T>[]
  onChange(value: T): void
}) => (
  <fieldset class="segments">
    <legend class="hidden">{label}</legend>
    {options.map(option => (
      <label key={option.value}>
        <input
          type="radio"
          name={name}
          value={option.value}
          checked={option.value === value}
          onChange={() => onChange(option.value)}
        />
        <span>{option.label}</span>
      </label>
    ))}
  </fieldset>
)

export const Slider = ({
  label,
  value,
  min = 0,
  max,
  step = 1,
  shown,
  onInput,
}: {
  label: string
  value: number
  min?: number
  max: number
  step?: number
  /** The value in words. */
  shown: string
  onInput(value: number): void
}) => (
  <label class="slider">
    <span>{label}</span>
    <input
      type="range"
      min={min}
      max={max}
      step={step}
      value={value}
      aria-valuetext={shown}
      onInput={event => onInput(event.currentTarget.valueAsNumber)}
    />
    <output class="number">{shown}</output>
  </label>
)

export const Select = <T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: T
  options: readonly Option<T>[]
  onChange(value: T): void
}) => (
  <label class="select">
    <span>{label}</span>
    <select value={value} onChange={event => onChange(event.currentTarget.value as T)}>
      {[...new Set(options.map(({ group }) => group))].map(group => {
        const items = options
          .filter(option => option.group === group)
          .map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))
        return group === undefined ? (
          items
        ) : (
          <optgroup key={group} label={group}>
            {items}
          </optgroup>
        )
      })}
    </select>
  </label>
)

export const Card = ({ children, class: name = '' }: { children: ComponentChildren; class?: string }) => (
  <div class={`card ${name}`}>{children}</div>
)
