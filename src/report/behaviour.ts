/**
 * The script of a report: arrow keys in the grids, the line that reads out a cell, the download. The page says everything
 * without it. Its hash stands in the page's content security policy, so that no other script can run there.
 */
export const SCRIPT = `
const grids = [...document.querySelectorAll('.cells')]
const readouts = [...document.querySelectorAll('.readout')]
const start = 'Point at a cell, or move through a grid with the arrow keys, to read its numbers.'
for (const readout of readouts) readout.textContent = start
const cellsOf = grid => [...grid.querySelectorAll('.gridcell')]
const link = cell => {
  const at = cell && cellsOf(cell.closest('.cells')).indexOf(cell)
  for (const grid of grids) cellsOf(grid).forEach((other, i) => other.classList.toggle('linked', i === at))
  for (const readout of readouts) {
    const own = cell?.closest('section') === readout.closest('section')
    readout.textContent = own ? cell.dataset.text : start
  }
}
for (const grid of grids) {
  const columns = Number(grid.getAttribute('aria-colcount'))
  const cells = cellsOf(grid)
  cells.forEach((cell, i) => {
    cell.addEventListener('pointerenter', () => link(cell))
    cell.addEventListener('pointerleave', () => link())
    cell.addEventListener('focus', () => {
      for (const other of cells) other.setAttribute('tabindex', other === cell ? '0' : '-1')
      link(cell)
    })
    cell.addEventListener('blur', () => link())
    cell.addEventListener('click', () => cell.focus())
    cell.addEventListener('keydown', event => {
      const row = i - (i % columns)
      const to = {
        ArrowLeft: Math.max(i - 1, row),
        ArrowRight: Math.min(i + 1, row + columns - 1),
        ArrowUp: i - columns < 0 ? i : i - columns,
        ArrowDown: i + columns >= cells.length ? i : i + columns,
        Home: event.ctrlKey ? 0 : row,
        End: event.ctrlKey ? cells.length - 1 : row + columns - 1,
      }[event.key]
      if (to === undefined) return
      event.preventDefault()
      cells[to].focus()
    })
  })
}
const download = document.querySelector('#download')
if (download) {
  const data = document.querySelector('#xfmr-result').textContent
  download.href = URL.createObjectURL(new Blob([data], { type: 'application/json' }))
  download.hidden = false
}
const folded = () => document.querySelectorAll('details:not([open])')
let opened = []
addEventListener('beforeprint', () => {
  opened = [...folded()]
  for (const element of opened) element.open = true
})
addEventListener('afterprint', () => {
  for (const element of opened) element.open = false
})
`

/** The hash of {@link SCRIPT}, for the content security policy. */
export const SCRIPT_HASH = 'sha256-7VcizMm97MSUKlwvQKLJ4ZKEUlUu09qED3skqfCkmQ4='
