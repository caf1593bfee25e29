import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { REGIONS } from '../../../src/explanation/regions.ts'
import { colourMap } from '../../../src/image/colour.ts'
import { fixed, percent, signed, whole } from '../../../src/report/numbers.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { regionWords } from '../../../src/report/words.ts'
import type { MethodMaps } from '../engine/protocol.ts'
import type { Comparison } from '../state/comparison.ts'
import { engineState } from '../state/engine.ts'
import { useMaps } from '../state/maps.ts'
import { measured, measuredCondition } from '../state/measured.ts'
import { CELL_MAPS, change, type Settings, settings, VIEWS } from '../state/settings.ts'
import { text } from '../text.ts'
import { Overlay, Picture } from './canvas.tsx'
import { Segments, Slider } from './controls.tsx'
import { type CellNumbers, cellNumbers, type FigureLayers, figureLayers } from './figure-layer.ts'
import { Lattice } from './lattice.tsx'
import { MethodPicker } from './methods.tsx'
import { gradient } from './paint.ts'
import { Sum } from './sum.tsx'

/** Both faces under one grid: what each cell is made of, maps over them, and how the cells add up. */
export const Figure = ({ comparison, name }: { comparison: ReadonlySignal<Comparison>; name: string }) => {
  const maps = useMaps(comparison)
  const cell = useMemo(() => signal<number | null>(null), [])
  const { pair, explained } = comparison.value
  if (!pair) return null
  const result = explained ?? pair.result
  const numbers = cellNumbers(result)
  return (
    <section class="figure" aria-labelledby={`${name}-figure`}>
      <h2 id={`${name}-figure`}>{text.figure.title}</h2>
      <div class="region-words">
        {regionWords(result).map(line => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <Toolbar name={name} maps={maps} />
      <Stage result={result} maps={maps.value} aligned={pair.aligned} numbers={numbers} cell={cell} />
      <Sum result={result} numbers={numbers} cell={cell} />
    </section>
  )
}

// --- internal ---

const Toolbar = ({ name, maps }: { name: string; maps: ReadonlySignal<MethodMaps | null> }) => {
  const now = settings.value
  return (
    <div class="toolbar">
      <Segments
        label={text.figure.viewsLabel}
        name={`${name}-view`}
        value={now.view}
        options={VIEWS.map(value => ({ value, label: text.figure.views[value] }))}
        onChange={view => change({ view })}
      />
      <div class="tool-row">
        {now.view === 'cells' && (
          <Segments
            label={text.figure.cellsLabel}
            name={`${name}-cells`}
            value={now.cells}
            options={CELL_MAPS.map(value => ({ value, label: text.figure.cells[value] }))}
            onChange={cells => change({ cells })}
          />
        )}
        {now.view === 'layers' && <MethodPicker maps={maps.value} />}
        <Slider
          label={text.figure.opacity}
          value={now.opacity}
          max={100}
          shown={`${now.opacity} %`}
          onInput={opacity => change({ opacity })}
        />
      </div>
    </div>
  )
}

const aboutOf = (
  { view, cells, method, layer }: Settings,
  maps: MethodMaps | null,
  result: CompareResult,
): string => {
  if (view === 'cells') return text.figure.about[cells]
  if (view === 'cosine') return text.figure.about.cosine
  const state = engineState.value
  const facts = state.step === 'ready' && state.facts.methods.find(({ name }) => name === method)
  if (!facts) return ''
  const long = facts.passes > 60 ? ` ${text.figure.passes(whole(facts.passes))}` : ''
  if (maps?.method !== method) return `${facts.about}${long} ${text.figure.working} …`
  const map = maps.maps[Math.min(layer, maps.maps.length - 1)]!
  const place = map.label
    ? text.figure.about.layer(map.label)
    : maps.maps.length > 1
      ? text.figure.about.joined
      : text.figure.about.whole
  return `${facts.about} ${place} ${faithfulnessWords(result, method)}`
}

/** How faithful the method was where it was measured. */
const faithfulnessWords = (result: CompareResult, method: string): string => {
  const file = measured.value
  const condition = file?.conditions[measuredCondition(result)]
  const { deletion, insertion } = condition?.methods[method] ?? {}
  if (!file || !condition || !deletion || !insertion) return text.figure.notMeasured
  return text.figure.faithful(
    fixed(deletion.value, 2),
    fixed(insertion.value, 2),
    file.dataset,
    whole(condition.pairs),
  )
}

const Stage = ({
  result,
  maps,
  aligned,
  numbers,
  cell,
}: {
  result: CompareResult
  maps: MethodMaps | null
  aligned: readonly [ImageBitmap, ImageBitmap]
  numbers: CellNumbers
  cell: Signal<number | null>
}) => {
  const now = settings.value
  const { view, cells, method, layer } = now
  const layers = useMemo(() => figureLayers(result, maps, now), [result, maps, view, cells, method, layer])
  const opacity = now.opacity / 100
  const places = useMemo(() => placesOf(result), [result])
  const strongest = useMemo(() => numbers.product.indexOf(Math.max(...numbers.product)), [numbers.product])
  const texts = useMemo(
    () =>
      places.map((place, i) =>
        text.figure.cellText(
          place,
          fixed(numbers.similarity[i]!, 3),
          percent(numbers.attention[i]!),
          signed(numbers.product[i]!),
        ),
      ),
    [places],
  )
  const lattice = { rows: numbers.rows, columns: numbers.columns, cell, strongest, texts }
  return (
    <div class="stage">
      {(['a', 'b'] as const).map((side, i) => (
        <figure key={side} class="face">
          <figcaption>{text.figure.face(side.toUpperCase())}</figcaption>
          <div class="face-stack" style={{ '--grey': layers ? opacity : 0 }}>
            <Picture bitmap={aligned[i]!} label={text.figure.face(side.toUpperCase())} />
            <Overlay layer={layers?.[side] ?? null} opacity={opacity} />
            <Lattice {...lattice} main={side === 'a'} />
          </div>
        </figure>
      ))}
      <Readout result={result} numbers={numbers} places={places} cell={cell} strongest={strongest} />
      <div class="legend">
        <p class="note">{aboutOf(now, maps, result)}</p>
        <ColourBar layers={layers} />
      </div>
    </div>
  )
}

const placesOf = ({ xcos }: CompareResult): string[] => {
  const columns = xcos.regions[0]!.length
  return xcos.regions.flat().map((name, i) => {
    const part = REGIONS.find(region => region.name === name)!.label.toLowerCase()
    return text.figure.place(Math.floor(i / columns) + 1, (i % columns) + 1, part)
  })
}

/** The numbers of the marked cell, or of the strongest one. */
const Readout = ({
  result,
  numbers,
  places,
  cell,
  strongest,
}: {
  result: CompareResult
  numbers: CellNumbers
  places: readonly string[]
  cell: Signal<number | null>
  strongest: number
}) => {
  const at = cell.value ?? strongest
  const most = Math.max(...numbers.attention)
  const reach = Math.max(...numbers.product.map(Math.abs))
  const { contributions } = result
  return (
    <div class="readout">
      <p class="place">{places[at]}</p>
      <dl>
        <Reading
          label={text.figure.similarity}
          value={fixed(numbers.similarity[at]!, 3)}
          share={numbers.similarity[at]!}
        />
        <Reading
          label={text.figure.attention}
          value={percent(numbers.attention[at]!)}
          share={numbers.attention[at]! / most}
          neutral
        />
        <Reading
          label={text.figure.product}
          value={signed(numbers.product[at]!)}
          share={numbers.product[at]! / reach}
          strong
        />
        {(['a', 'b'] as const).map(side => (
          <Reading
            key={side}
            label={text.figure.contribution(side.toUpperCase())}
            value={contributions ? signed(contributions[side].flat()[at]!) : ' '}
          />
        ))}
      </dl>
      <p class="note">{text.figure.hint}</p>
    </div>
  )
}

const Reading = ({
  label,
  value,
  share,
  neutral = false,
  strong = false,
}: {
  label: string
  value: string
  share?: number
  neutral?: boolean
  strong?: boolean
}) => (
  <div class={strong ? 'quantity strong' : 'quantity'}>
    <dt>{label}</dt>
    <dd class="number">{value}</dd>
    {share !== undefined && (
      <div class="meter" aria-hidden="true">
        <div
          class={neutral ? 'bar neutral' : share < 0 ? 'bar against' : 'bar for'}
          style={{ transform: `scaleX(${Math.min(1, Math.abs(share)).toFixed(3)})` }}
        />
      </div>
    )}
  </div>
)

const ColourBar = ({ layers }: { layers: FigureLayers | null }) => {
  if (!layers) return <div class="colour-bar" />
  const { colours, range } = layers.a
  const diverging = colourMap(colours).kind === 'diverging'
  const print = (value: number): string =>
    value === 0 ? '0' : diverging ? signed(value, 3) : fixed(value, 3)
  const marks = diverging ? [range.low, (range.low + range.high) / 2, range.high] : [range.low, range.high]
  return (
    <div class="colour-bar">
      <div class="ramp" style={{ backgroundImage: gradient(colours) }} />
      <div class="key number">
        {marks.map((mark, i) => (
          <span key={i}>{print(mark)}</span>
        ))}
      </div>
    </div>
  )
}
