import { defineConfig } from 'tsdown'

// Bundled rather than compiled file by file: tsc leaves `.ts` in dynamic imports that stand inside a call.
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    gallery: 'src/gallery/index.ts',
    web: 'src/web.ts',
    cli: 'src/cli/main.ts',
    'mask-worker': 'src/masking/node/mask-worker.ts',
    'server-worker': 'src/server/worker.ts',
    'view-worker': 'src/training/faces/node/view-worker.ts',
  },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  deps: { neverBundle: [/^node:/] },
  // The page of the REST interface, served locally; with the licences of what is in it.
  copy: ({ outDir }) =>
    ['rapidoc-min.js', 'rapidoc-min.js.LICENSE.txt'].map(file => ({
      from: `node_modules/rapidoc/dist/${file}`,
      to: `${outDir}/docs`,
    })),
  dts: true,
  clean: true,
  fixedExtension: false,
  logLevel: 'error',
})
