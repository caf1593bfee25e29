/** HTML that is safe to put into a page. Only {@link html} and {@link trusted} make it. */
export type Markup = { readonly markup: string }

/** What a template may hold. Strings and numbers are escaped; `false`, `null` and `undefined` leave no trace. */
export type Content = Markup | string | number | false | null | undefined | readonly Content[]

/**
 * A template of HTML or SVG that escapes everything it is given, in text and in quoted attributes alike.
 * @example html`<p title="${name}">${name}</p>`
 */
export const html = (strings: TemplateStringsArray, ...contents: readonly Content[]): Markup => ({
  markup: strings.reduce((page, string, i) => page + render(contents[i - 1]) + string),
})

/** Marks a text of ours as HTML: style sheet, script. Never for anything that comes from a user or a file. */
export const trusted = (markup: string): Markup => ({ markup })

/** Escapes a text for HTML text and for quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, character => ENTITIES[character]!)

/** JSON for a `<script type="application/json">`: no text inside can end the element or open a comment. */
export const inlineJson = (value: unknown): Markup =>
  trusted(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape))

// --- internal ---

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

const render = (content: Content): string => {
  if (content === undefined || content === null || content === false) return ''
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  return 'markup' in content ? content.markup : content.map(render).join('')
}
