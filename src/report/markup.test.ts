import { describe, expect, it } from 'vitest'
import { type Content, html, inlineJson, trusted } from './markup.ts'

const HOSTILE = `"><script>alert('x')</script>&amp;`

describe('html', () => {
  it('escapes texts between tags and in attributes', () => {
    const { markup } = html`<p title="${HOSTILE}">${HOSTILE}</p>`
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;'
    expect(markup).toBe(`<p title="${escaped}">${escaped}</p>`)
  })

  it('takes markup and lists of it as they are, and drops what is absent', () => {
    const parts: Content[] = [html`<i>1</i>`, '<', 2, false, null, undefined]
    expect(html`<b>${parts}${trusted('<hr>')}</b>`.markup).toBe('<b><i>1</i>&lt;2<hr></b>')
  })
})

describe('inlineJson', () => {
  it('can neither end its element nor change its value', () => {
    const value = { name: `</script><!--<script>${HOSTILE}\u2028` }
    const { markup } = inlineJson(value)
    expect(markup).not.toMatch(/[<>&\u2028]/)
    expect(JSON.parse(markup)).toEqual(value)
  })
})
