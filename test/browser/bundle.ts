import { build } from 'esbuild'

/** Bundles for a browser. Fails when anything of Node is reachable: `node:` modules can't be resolved there. */
export const bundleForBrowser = async (entry: string): Promise<{ code: Uint8Array; inputs: string[] }> => {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  return { code: result.outputFiles[0]!.contents, inputs: Object.keys(result.metafile.inputs) }
}
