import { type Content, html, type Markup, trusted } from './markup.ts'

export type HeadParts = {
  title: Content
  /** Version of xfmr. */
  version: string
  style: string
  /** Hash of the page's one script, as a content security policy writes it. */
  scriptHash: string
}

/** The head of every report. Its policy lets nothing in but inline pictures, styles and the one script of this hash. */
export const reportHead = ({ title, version, style, scriptHash }: HeadParts): Markup => html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${scriptHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="xfmr ${version}">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>`
