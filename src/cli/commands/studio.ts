import { XfmrError } from '../../errors.ts'
import type { Studio } from '../../studio/node.ts'
import { command, numberOption, type Terminal } from '../_command.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'studio',
  description: SUMMARIES.studio,
  examples: [
    ['xfmr studio --open', 'opens xfmr Studio in the browser; only this machine can reach it'],
    ['xfmr studio --out site', 'writes it as a folder that any web server can serve'],
  ],
  args: {
    port: {
      type: 'string',
      valueHint: 'N',
      default: '8310',
      description: 'Port on this machine; 0 takes a free one',
    },
    open: { type: 'boolean', description: 'Show it in the browser' },
    out: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Write the site with models and sample photos, serve nothing',
    },
  },
  run: async ({ port, open, out }, terminal) => {
    const [{ cliStore }, { openStudio }] = await Promise.all([
      import('../_store.ts'),
      import('../../studio/node.ts'),
    ])
    const number = numberOption('port', port, { fallback: 8310, min: 0, max: 65535, integer: true })
    const studio = await openStudio({ store: cliStore(terminal) })
    if (out !== undefined) return writeSite(studio, out)
    await serve(studio, number, terminal, open ?? false)
  },
})

// --- internal ---

const writeSite = async ({ files }: Studio, out: string) => {
  const [{ writeFolder }, { megabytes }] = await Promise.all([
    import('../_folder.ts'),
    import('../_table.ts'),
  ])
  let bytes = 0
  for (const { path, read } of files) {
    const content = await read()
    bytes += content.length
    await writeFolder(out, { [path]: content })
  }
  return {
    json: { out, files: files.length, bytes },
    text: `${files.length} files (${megabytes(bytes)}) in ${out}. Serve the folder with any web server.`,
  }
}

/** Until a signal ends it. */
const serve = async (studio: Studio, port: number, terminal: Terminal, open: boolean): Promise<void> => {
  const [{ createAdaptorServer }, { openInBrowser }] = await Promise.all([
    import('@hono/node-server'),
    import('../_browser.ts'),
  ])
  const server = createAdaptorServer({
    fetch: async request => (await studio.respond(request)) ?? new Response('Not found', { status: 404 }),
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => {
      const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
      const why = taken
        ? `Port ${port} is in use. Choose another --port.`
        : `Can't listen on port ${port}: ${cause.message}`
      reject(new XfmrError(taken ? 'E_USAGE' : 'E_RUNTIME', why, { cause }))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as { port: number }
  const url = `http://127.0.0.1:${address.port}/`
  terminal.out(`xfmr Studio: ${url} (end it with Ctrl+C)\n`)
  if (open) openInBrowser(url)
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  server.close()
}
