import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles programs with their workers into a folder, as the package has them: threads can't read TypeScript. Takes under a second. */
export const bundlePrograms = async (
  folder: string,
  entryPoints: Readonly<Record<string, string>>,
): Promise<void> => {
  await build({
    entryPoints,
    outdir: folder,
    absWorkingDir: join(import.meta.dirname, '..'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  })
}

/**
 * Bundles the command line with the server's worker.
 * @returns Path of the program: `node PATH serve ...`
 */
export const buildServer = async (folder: string): Promise<string> => {
  await bundlePrograms(folder, {
    cli: 'src/cli/main.ts',
    serve: 'src/server/serve.ts',
    'server-worker': 'src/server/worker.ts',
  })
  return join(folder, 'cli.js')
}
