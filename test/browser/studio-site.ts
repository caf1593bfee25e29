import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { build } from 'vite'
import { modelStore } from '../../src/models/node.ts'
import { openStudio } from '../../src/studio/node.ts'

/** Where the page is built for tests. */
export const BUILT = resolve('test/output/studio')

/** Builds the page as `npm run build:studio` does. */
export const buildStudio = async (): Promise<void> => {
  await build({
    configFile: 'web/vite.config.ts',
    logLevel: 'error',
    build: { outDir: BUILT, emptyOutDir: true },
  })
}

/** Serves the built page on loopback, as `xfmr studio` does. */
export const serveStudio = async (): Promise<{ url: string; close(): void }> => {
  const { respond } = await openStudio({ store: modelStore(), app: BUILT })
  const server = createAdaptorServer({
    fetch: async request => (await respond(request)) ?? new Response('Not found', { status: 404 }),
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', () => done()))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() }
}

/** A video for chromium's fake camera: one photo, again and again. */
export const fakeVideo = async (photo: Uint8Array, folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'camera.mjpeg')
  await writeFile(path, Buffer.concat(Array.from({ length: 20 }, () => photo)))
  return path
}

/** The rules of axe-core, as a script for the page. */
export const axeSource = (): Promise<string> => readFile(resolve('node_modules/axe-core/axe.min.js'), 'utf8')

export const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
