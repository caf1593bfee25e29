import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin } from 'vite'

const folder = fileURLToPath(new URL('.', import.meta.url))

/**
 * Tells the service worker which files make up the page: what it keeps for use without a network. The list is part of its source, so that
 * browsers notice every new build.
 */
const shellList = (): Plugin => ({
  name: 'shell-list',
  enforce: 'post',
  generateBundle: (_, bundle) => {
    const worker = bundle['sw.js']
    if (worker?.type !== 'chunk') throw new Error('There is no sw.js in the bundle.')
    const files = Object.keys(bundle).filter(name => name !== 'sw.js' && !name.endsWith('.map'))
    const list = [...files, 'icon.svg', 'manifest.webmanifest'].sort()
    const version = createHash('sha256').update(list.join()).digest('hex').slice(0, 8)
    worker.code = worker.code.replace('__SHELL__', JSON.stringify({ version, files: list }))
  },
})

export default defineConfig({
  root: folder,
  base: './',
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), shellList()],
  resolve: {
    // The build without graphics cards is a tenth of the size; its wasm files are served beside the page.
    alias: [{ find: /^onnxruntime-web$/, replacement: 'onnxruntime-web/wasm' }],
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'import', 'default'],
  },
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: `${folder}index.html`, sw: `${folder}src/sw.ts` },
      output: {
        entryFileNames: chunk => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
})
