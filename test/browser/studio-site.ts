import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { modelStore } from '../../src/models/node.ts'
import { openStudio } from '../../src/studio/node.ts'

/** Where the page is built for tests. */
export const BUILT = resolve('test/output/studio')

/** Builds the page as `npm run build:studio` does. Test files run side by side: a second one needs a folder of its own. */
export const buildStudio = async (outDir = BUILT): Promise<void> => {
  await build({
    configFile: 'web/vite.config.ts',
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
}

/** Serves the built page on loopback, as `xfmr studio` does. */
export const serveStudio = async (app = BUILT): Promise<{ url: string; close(): void }> => {
  const { respond } = await openStudio({ store: modelStore(), app })
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

/** What axe-core finds wrong with a page: each rule with the elements that break it. */
export const axeViolations = async (page: Page): Promise<string[]> => {
  await page.evaluate(await readFile(resolve('node_modules/axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<Found> } }
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  })
}

export const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
