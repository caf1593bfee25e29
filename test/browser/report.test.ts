import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../models.ts'
import { run } from '../terminal.ts'
import { launchChromium } from './chromium.ts'

let folder: string
let browser: Browser
let address: string
const requests: string[] = []
const complaints: string[] = []

const open = async (width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  const page = await context.newPage()
  page.on('request', request => requests.push(request.url()))
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(address)
  return page
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-report-'))
  await run('compare', samplePhotoPath('cage.jpg'), samplePhotoPath('cage2_crop.jpg'), '--out', folder)
  address = pathToFileURL(join(folder, 'report.html')).href
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a report in a browser', () => {
  it('moves through the grid by arrow keys and reads out both faces', async () => {
    const page = await open(1280)
    const cells = page.locator('#contributions [role=grid]').first().locator('[role=gridcell]')
    const label = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement!.getAttribute('aria-label'))
    const readout = page.locator('#contributions .readout')
    const start = await readout.textContent()
    await cells.first().focus()
    expect(await label()).toMatch(/^Row 1, column 1,/)
    for (const [key, place] of [
      ['ArrowLeft', 'Row 1, column 1'],
      ['ArrowRight', 'Row 1, column 2'],
      ['ArrowDown', 'Row 2, column 2'],
      ['End', 'Row 2, column 7'],
      ['ArrowRight', 'Row 2, column 7'],
      ['Control+End', 'Row 7, column 7'],
      ['ArrowDown', 'Row 7, column 7'],
      ['Home', 'Row 7, column 1'],
      ['ArrowUp', 'Row 6, column 1'],
    ] as const) {
      await page.keyboard.press(key)
      expect(await label()).toContain(`${place},`)
      expect(await readout.textContent()).toMatch(
        new RegExp(`^${place}, .*: A .\\d\\.\\d{4}, B .\\d\\.\\d{4}$`),
      )
    }
    // One stop for the tab key in each grid, the cell that was left last.
    expect(await page.locator('[role=gridcell][tabindex="0"]').count()).toBe(5)
    // The same place on both faces, three maps of the pair, and one of each face.
    expect(await page.locator('.gridcell.linked').count()).toBe(7)
    await page.keyboard.press('Tab')
    expect(
      await page.evaluate(() => document.activeElement!.closest('[role=grid]')!.getAttribute('aria-label')),
    ).toContain('face B')
    await page.evaluate(() => (document.activeElement as SVGElement).blur())
    expect(await readout.textContent()).toBe(start)
    await page.close()
  })

  it('reads out what a cell of the explainable cosine is made of', async () => {
    const page = await open(1280)
    await page.locator('#xcos [role=grid]').nth(2).locator('[role=gridcell]').nth(8).focus()
    expect(await page.locator('#xcos .readout').textContent()).toMatch(
      /^Row 2, column 2, .*: similarity .?\d\.\d{3} × attention [\d.]+\s% = .?\d\.\d{4}$/,
    )
    expect(await page.locator('#contributions .readout').textContent()).toMatch(/^Point at a cell/)
    await page.close()
  })

  it('shows the numbers on request, without any script', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1280, height: 900 },
    })
    const page = await context.newPage()
    await page.goto(address)
    const values = page.locator('.values').first()
    expect(await values.isVisible()).toBe(false)
    await page.getByLabel('Show numbers').first().check()
    expect(await values.isVisible()).toBe(true)
    expect(await page.locator('#download').isVisible()).toBe(false)
    await context.close()
  })

  it('hands out its data', async () => {
    const page = await open(1280)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
    expect(download.suggestedFilename()).toBe('result.json')
    await page.close()
  })

  it.each([320, 390, 768, 1280])('fits a screen of %i pixels', async width => {
    const page = await open(width)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await page.close()
  })

  it.each(['light', 'dark'] as const)('has readable text in %s mode', async scheme => {
    const page = await open(1280, scheme)
    const worst = await page.evaluate(() => {
      const channels = (colour: string): number[] =>
        colour
          .match(/[\d.]+/g)!
          .slice(0, 3)
          .map(Number)
      const light = (colour: string): number => {
        const [r, g, b] = channels(colour).map(c =>
          c / 255 <= 0.04 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        )
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
      }
      const backdrop = (element: Element | null): string => {
        for (let at = element; at; at = at.parentElement) {
          const { backgroundColor } = getComputedStyle(at)
          if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor
        }
        return 'rgb(255, 255, 255)'
      }
      let lowest = Infinity
      for (const element of document.querySelectorAll(
        'h1,h2,h3,p,li,a,th,td,caption,figcaption,span,strong,small,summary',
      )) {
        if (!element.textContent!.trim() || element.closest('.hidden')) continue
        const [a, b] = [light(getComputedStyle(element).color), light(backdrop(element))]
        lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05))
      }
      return lowest
    })
    // WCAG 2 level AA for text.
    expect(worst).toBeGreaterThanOrEqual(4.5)
    await page.close()
  })

  it('opens the tables of numbers for print', async () => {
    const page = await open(1280)
    const table = page.locator('.matrix').first()
    expect(await table.isVisible()).toBe(false)
    await page.emulateMedia({ media: 'print' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    expect(await table.isVisible()).toBe(true)
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    expect(await page.locator('details').first().getAttribute('open')).toBeNull()
    await page.close()
  })

  it('asks for nothing and complains about nothing', () => {
    expect(requests.filter(url => !/^(?:file|data|blob):/.test(url))).toEqual([])
    expect(complaints).toEqual([])
  })
})
