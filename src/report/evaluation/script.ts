/**
 * The script of an evaluation report: makes the data that the page holds downloadable. Text files are held as JSON
 * strings. The page says everything without it.
 */
export const SCRIPT = `
for (const link of document.querySelectorAll('a[data-from]')) {
  const held = document.getElementById(link.dataset.from).textContent
  const value = JSON.parse(held)
  const text = typeof value === 'string' ? value : held
  link.href = URL.createObjectURL(new Blob([text], { type: typeof value === 'string' ? 'text/csv' : 'application/json' }))
  link.hidden = false
}
`

/** The hash of {@link SCRIPT}, for the content security policy. */
export const SCRIPT_HASH = 'sha256-YPj/auSSwmjualOxYEAsavMAMNU5qU8BxluH4v7YcBs='
