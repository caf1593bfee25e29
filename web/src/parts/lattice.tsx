import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { text } from '../text.ts'

/**
 * The cells over a face. All faces share one marked cell. Keyboard and screen reader use the main one only: the others
 * would say the same.
 */
export const Lattice = ({
  rows,
  columns,
  cell,
  strongest,
  texts,
  main,
}: {
  rows: number
  columns: number
  cell: Signal<number | null>
  strongest: number
  texts: readonly string[]
  main: boolean
}) => {
  const root = useRef<HTMLDivElement>(null)
  const at = cell.value ?? strongest
  const fromPointer = (event: PointerEvent): void => {
    const { left, top, width, height } = root.current!.getBoundingClientRect()
    const column = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * columns)))
    const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * rows)))
    cell.value = row * columns + column
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = target(event, at, rows, columns)
    if (to === undefined) return
    event.preventDefault()
    cell.value = to
    root.current!.querySelectorAll<HTMLElement>('[role=gridcell]')[to]!.focus()
  }
  const mark = {
    width: `${100 / columns}%`,
    height: `${100 / rows}%`,
    transform: `translate(${(at % columns) * 100}%, ${Math.floor(at / columns) * 100}%)`,
  }
  const shared = {
    ref: root,
    class: cell.value === null ? 'lattice resting' : 'lattice',
    style: { '--columns': columns, '--rows': rows },
    onPointerMove: fromPointer,
    onPointerDown: fromPointer,
    onPointerLeave: (event: PointerEvent) => {
      if (event.pointerType === 'mouse' && !root.current!.contains(document.activeElement)) cell.value = null
    },
  }
  if (!main) {
    return (
      <div {...shared} aria-hidden="true">
        <div class="mark" style={mark} />
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would not lie over a picture
    <div {...shared} role="grid" aria-label={text.figure.grid(rows, columns)} onKeyDown={onKeyDown}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/a11y/useSemanticElements: a table would not lie over a picture
        // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
        <div key={row} role="row" class="lattice-row">
          {texts.slice(row * columns, (row + 1) * columns).map((words, column) => {
            const i = row * columns + column
            return (
              // biome-ignore lint/a11y/useSemanticElements: a table would not lie over a picture
              <div
                key={i}
                role="gridcell"
                tabIndex={i === at ? 0 : -1}
                aria-label={words}
                onFocus={() => {
                  cell.value = i
                }}
                onBlur={() => {
                  cell.value = null
                }}
              />
            )
          })}
        </div>
      ))}
      <div class="mark" style={mark} aria-hidden="true" />
    </div>
  )
}

// --- internal ---

const target = (event: KeyboardEvent, at: number, rows: number, columns: number): number | undefined => {
  const row = at - (at % columns)
  const whole = event.ctrlKey
  return {
    ArrowLeft: Math.max(at - 1, row),
    ArrowRight: Math.min(at + 1, row + columns - 1),
    ArrowUp: at - columns < 0 ? at : at - columns,
    ArrowDown: at + columns >= rows * columns ? at : at + columns,
    Home: whole ? 0 : row,
    End: whole ? rows * columns - 1 : row + columns - 1,
  }[event.key]
}
