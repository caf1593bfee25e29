import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SearchResult } from '../../src/gallery/schema.ts'
import { addKey, keyRing, readKeys } from '../../src/server/keys.ts'
import { samplePhotoPath } from '../models.ts'
import type { TestServer } from '../server.ts'
import { launchChromium } from './chromium.ts'
import { enrol, form, maskedSample, search, serveGallery } from './studio-gallery-site.ts'
import { explained, shownScore } from './studio-page.ts'
import { axeViolations, BUILT, buildStudio } from './studio-site.ts'

// Studio as `xfmr serve --db` shows it, with a key.
let folder: string
let server: TestServer
let browser: Browser
let page: Page
let key: string
const requests: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-studio-gallery-'))
  const file = join(folder, 'keys.json')
  key = (await addKey(file, { name: 'studio', scopes: ['admin'] })).key
  const app = `${BUILT}-gallery`
  await buildStudio(app)
  server = await serveGallery(folder, app, keyRing(await readKeys(file)))
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(120_000)
  page.on('request', request => requests.push(request.url()))
  await page.goto(`${server.url}/#/gallery`)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

/** What the server says to the same search. */
const expected = async (photo: string): Promise<SearchResult> => {
  const body = new FormData()
  body.set('photo', new Blob([await readFile(photo)]))
  const headers = { authorization: `Bearer ${key}` }
  return (await fetch(`${server.url}/v1/search`, { method: 'POST', headers, body })).json()
}

it('asks for the key of the server', async () => {
  expect(await page.locator('.failure').textContent()).toMatch(/asks for an API key/)
  await page.getByLabel('API key').fill(key)
  await page.getByRole('button', { name: 'Use the key' }).click()
  await expect.poll(() => page.locator('.gallery-main').textContent()).toContain('Nobody is enrolled yet.')
  expect(await page.locator('.failure').count()).toBe(0)
})

it('enrols people and lists them', async () => {
  await enrol(page, 'Nicolas Cage', samplePhotoPath('cage.jpg'))
  await form(page, 'Enrol').getByLabel('Store the aligned face').uncheck()
  await enrol(page, 'Sean Connery', samplePhotoPath('SeanConnery.jpg'))
  expect(await page.locator('.people strong').allTextContents()).toEqual(['Nicolas Cage', 'Sean Connery'])
})

it('finds the person behind a mask, shows the stored face and explains the match', async () => {
  const photo = await maskedSample(server, { sample: 'cage2_crop.jpg', folder, key })
  const { candidates, threshold } = await expected(photo)
  await search(page, photo)
  await expect.poll(() => page.locator('#matches-title').textContent()).toBe('This looks like Nicolas Cage')
  const rows = page.locator('.matches li')
  expect(await rows.count()).toBe(2)
  expect(await rows.nth(0).locator('.number').textContent()).toBe(candidates[0]!.similarity.toFixed(3))
  await expect
    .poll(() =>
      rows
        .nth(0)
        .locator('img')
        .evaluate(image => (image as HTMLImageElement).naturalWidth),
    )
    .toBe(112)
  // Stored without a picture: nothing to show and nothing to explain it on.
  expect(await rows.nth(1).locator('img').count()).toBe(0)
  expect(await rows.nth(1).locator('button').isDisabled()).toBe(true)

  await page.getByRole('button', { name: 'Explain the match with Nicolas Cage' }).click()
  await explained(page)
  expect(Math.abs((await shownScore(page)) - candidates[0]!.similarity)).toBeLessThan(1e-3)
  expect(await page.locator('.verdict h2').textContent()).toBe('Same person')
  // The threshold of the search, not that of a comparison of two photos.
  expect(await page.locator('.verdict-words').textContent()).toContain(threshold!.value.toFixed(4))
  expect(await page.locator('.slot-note').allTextContents()).toEqual([
    'masked-cage2_crop.jpg',
    'Nicolas Cage',
  ])
  expect(await page.locator('.verdict').textContent()).toMatch(/A mask was found on/)
})

it('says when nobody is alike enough, and why a photo can not be used', async () => {
  await page.locator('nav a', { hasText: 'Gallery' }).click()
  await search(page, samplePhotoPath('franck_02221.jpg'))
  await expect.poll(() => page.locator('#matches-title').textContent()).toMatch(/^Nobody in the gallery/)
  const text = join(folder, 'notes.jpg')
  await writeFile(text, 'no photo')
  await search(page, text)
  await expect
    .poll(() => page.locator('.failure').textContent())
    .toMatch(/no photo that the browser can read|can't be decoded|no photo/)
})

it.each([
  ['light', 1280],
  ['dark', 390],
] as const)('is accessible in %s mode at %i pixels', async (colorScheme, width) => {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width, height: 900 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  expect(await axeViolations(page)).toEqual([])
})

it('removes people', async () => {
  await page.getByRole('button', { name: 'Remove Sean Connery' }).click()
  const people = page.getByRole('region', { name: 'People' })
  await expect.poll(() => people.locator('strong').allTextContents()).toEqual(['Nicolas Cage'])
  expect(await page.locator('.matches strong').allTextContents()).toEqual(['Nicolas Cage'])
})

it('sends photos to this server only', () => {
  expect(requests.some(url => url.endsWith('/v1/search'))).toBe(true)
  expect(requests.filter(url => !url.startsWith(`${server.url}/`) && !url.startsWith('blob:'))).toEqual([])
})
