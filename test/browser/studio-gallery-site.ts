import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { modelStore } from '../../src/models/node.ts'
import type { KeyRing } from '../../src/server/keys.ts'
import { openStudio } from '../../src/studio/node.ts'
import { samplePhotoPath } from '../models.ts'
import { startServer, type TestServer } from '../server.ts'

/** Serves the built page, the REST interface and a gallery in a folder, as `xfmr serve --db` does. */
export const serveGallery = async (folder: string, app: string, keys?: KeyRing): Promise<TestServer> => {
  const { respond } = await openStudio({ store: modelStore(), app, api: '/v1/' })
  return startServer({
    folder: join(folder, 'gallery'),
    ...(keys && { keys }),
    pages: [request => respond(request)],
  })
}

export const form = (page: Page, name: string) => page.getByRole('form', { name })

export const enrol = async (page: Page, name: string, photo: string): Promise<void> => {
  await form(page, 'Enrol').getByLabel('Name').fill(name)
  await form(page, 'Enrol').getByLabel('Photo').setInputFiles(photo)
  await form(page, 'Enrol').locator('button').click()
  await page.getByText(`${name} is enrolled.`).waitFor()
}

export const search = async (page: Page, photo: string): Promise<void> => {
  await form(page, 'Search').getByLabel('Photo').setInputFiles(photo)
  await form(page, 'Search').locator('button').click()
}

/** A sample with a mask on, as the server itself draws it, in a file of the folder. */
export const maskedSample = async (
  { url }: TestServer,
  { sample, folder, key }: { sample: string; folder: string; key?: string },
): Promise<string> => {
  const body = new FormData()
  body.set('photo', new Blob([await readFile(samplePhotoPath(sample))]))
  body.set('type', 'surgical')
  const headers = { accept: 'image/*', ...(key && { authorization: `Bearer ${key}` }) }
  const response = await fetch(`${url}/v1/mask`, { method: 'POST', headers, body })
  const path = join(folder, `masked-${sample}`)
  await writeFile(path, new Uint8Array(await response.arrayBuffer()))
  return path
}
