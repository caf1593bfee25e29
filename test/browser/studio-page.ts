import type { Page } from 'playwright-core'

/** Numbers that a page gathers about itself from its start. */
export type Vitals = { readonly shift: number; readonly longest: number }

/** Observes layout shifts and long tasks of every page that is opened from now on. */
export const OBSERVE = `
window.__shift = 0
window.__longest = 0
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.__longest = Math.max(window.__longest, entry.duration)
}).observe({ type: 'longtask', buffered: true })
`

export const vitalsOf = (page: Page): Promise<Vitals> =>
  page.evaluate(() => {
    const { __shift, __longest } = window as unknown as { __shift: number; __longest: number }
    return { shift: __shift, longest: __longest }
  })

/** Puts a file into the place of photo A or B. */
export const putFile = (page: Page, side: 'a' | 'b', path: string): Promise<void> =>
  page.locator(`.slot[data-side=${side}] input[type=file]`).setInputFiles(path)

/** The printed score of the verdict. */
export const shownScore = async (page: Page): Promise<number> => {
  const text = await page.locator('.verdict .big-number').textContent()
  return Number(text!.replace('\u2212', '-'))
}

/** Waits for a verdict whose explanation has arrived too. */
export const explained = async (page: Page): Promise<void> => {
  await page.locator('.results:not(.stale) .neuron-list li').first().waitFor()
}

/** Sum of all bytes of what a canvas shows: changes when the picture does. */
export const inkOf = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate(canvas => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
      return data.reduce((sum, value, i) => (sum * 31 + value * (i % 97)) % 1_000_003, width)
    })
