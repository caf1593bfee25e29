import { effect, signal } from '@preact/signals'

export const PAGES = ['compare', 'mask', 'live', 'gallery'] as const
export type Page = (typeof PAGES)[number]
export const VIEWS = ['cells', 'cosine', 'layers'] as const
export type View = (typeof VIEWS)[number]
export const CELL_MAPS = ['product', 'similarity', 'attention'] as const
export type CellMap = (typeof CELL_MAPS)[number]

/** What a link can say: settings, and the name of a pair of samples, never a photo. */
export type Settings = {
  readonly page: Page
  readonly view: View
  readonly cells: CellMap
  readonly method: string
  /** Place of the layer slider; the last one joins all layers. */
  readonly layer: number
  /** In per cent. */
  readonly opacity: number
  readonly pair: string | null
  /** What the networks run on. */
  readonly run: 'wasm' | 'webgpu'
}

const DEFAULTS: Settings = {
  page: 'compare',
  view: 'cells',
  cells: 'product',
  method: 'layercam',
  layer: 9,
  opacity: 80,
  pair: null,
  run: 'wasm',
}

/** Reads `#/compare?view=layers&layer=2`; whatever is not understood gets its default. */
export const parseSettings = (hash: string): Settings => {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const given = new URLSearchParams(query)
  const choice = <T extends string>(name: string, choices: readonly T[], fallback: T): T =>
    choices.find(value => value === given.get(name)) ?? fallback
  const number = (name: string, most: number, fallback: number): number => {
    const value = Number(given.get(name) || Number.NaN)
    return Number.isFinite(value) ? Math.min(most, Math.max(0, Math.round(value))) : fallback
  }
  const word = (name: string): string | null => given.get(name)?.match(/^[a-z0-9+-]{1,40}$/i)?.[0] ?? null
  return {
    page: PAGES.find(page => page === path) ?? DEFAULTS.page,
    view: choice('view', VIEWS, DEFAULTS.view),
    cells: choice('cells', CELL_MAPS, DEFAULTS.cells),
    method: word('method') ?? DEFAULTS.method,
    layer: number('layer', 99, DEFAULTS.layer),
    opacity: number('opacity', 100, DEFAULTS.opacity),
    pair: word('pair'),
    run: choice('run', ['wasm', 'webgpu'], DEFAULTS.run),
  }
}

/** The reverse of {@link parseSettings}; defaults are left out. */
export const formatSettings = ({ page, ...others }: Settings): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(others)) {
    if (value !== null && value !== DEFAULTS[name as keyof Settings]) query.set(name, String(value))
  }
  const text = query.toString()
  return `#/${page}${text && `?${text}`}`
}

export const settings = signal<Settings>(parseSettings(location.hash))

export const change = (part: Partial<Settings>): void => {
  settings.value = { ...settings.peek(), ...part }
}

/** Keeps address and settings the same. A new page is a step in the history, anything else is not. */
export const followAddress = (): void => {
  let page = settings.peek().page
  effect(() => {
    const hash = formatSettings(settings.value)
    if (location.hash === hash || (location.hash === '' && hash === '#/compare')) return
    if (settings.value.page === page) history.replaceState(null, '', hash)
    else history.pushState(null, '', hash)
    page = settings.value.page
  })
  addEventListener('popstate', () => {
    settings.value = parseSettings(location.hash)
    page = settings.value.page
  })
}
