import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageFolder } from '../models/node/own.ts'
import type { Page } from './parts.ts'

/**
 * The interactive page of the interface at `/docs`: RapiDoc, which ships with the package, on this server's own description. Nothing is
 * loaded from anywhere else.
 */
export const docsPage = (): Page => {
  let script: Promise<Uint8Array> | undefined
  return async request => {
    const { pathname } = new URL(request.url)
    if (pathname === '/docs' || pathname === '/docs/')
      return new Response(HTML, { headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' } })
    const text = { '/docs/page.js': PAGE_SCRIPT, '/docs/page.css': STYLE }[pathname]
    if (text !== undefined)
      return new Response(text, { headers: { ...HEADERS, 'content-type': typeOf(pathname) } })
    if (pathname !== '/docs/rapidoc.js') return undefined
    script ??= rapidoc()
    return new Response((await script) as Uint8Array<ArrayBuffer>, {
      headers: { ...HEADERS, 'content-type': typeOf(pathname) },
    })
  }
}

// --- internal ---

/** RapiDoc puts style attributes on its elements, so styles may be inline; scripts may not. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-cache',
}

const typeOf = (path: string): string => `text/${path.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`

/** In the package beside the bundle; in the source tree where npm put it. */
const rapidoc = async (): Promise<Uint8Array> => {
  const shipped = join(await packageFolder(), 'dist', 'docs', 'rapidoc-min.js')
  return readFile(shipped).catch(() =>
    readFile(createRequire(import.meta.url).resolve('rapidoc/dist/rapidoc-min.js')),
  )
}

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>xfmr: REST interface</title>
<link rel="stylesheet" href="/docs/page.css">
<script type="module" src="/docs/rapidoc.js"></script>
<script type="module" src="/docs/page.js"></script>
</head>
<body>
<rapi-doc spec-url="/openapi.json" load-fonts="false" show-header="false" render-style="focused" allow-server-selection="false" allow-spec-url-load="false" allow-spec-file-load="false" schema-style="table" persist-auth="false" regular-font="system-ui" mono-font="ui-monospace"></rapi-doc>
</body>
</html>
`

/** The page follows the colours that the reader prefers. */
const PAGE_SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)')
const apply = () => document.querySelector('rapi-doc').setAttribute('theme', dark.matches ? 'dark' : 'light')
dark.addEventListener('change', apply)
apply()
`

const STYLE = `html, body { margin: 0; height: 100%; }
`
