import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Bundles the command line with the server's worker into a folder, as the package has them: threads can't read TypeScript. Takes under a second.
 * @returns Path of the program: `node PATH serve ...`
 */
export const buildServer = async (folder: string): Promise<string> => {
  await build({
    entryPoints: {
      cli: 'src/cli/main.ts',
      serve: 'src/server/serve.ts',
      'server-worker': 'src/server/worker.ts',
    },
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
  return join(folder, 'cli.js')
}
