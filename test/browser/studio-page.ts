import type { Page } from 'playwright-core'

/** Numbers that a page gathers about itself from its start. */
export type Vitals = {
  readonly shift: number
  /** Milliseconds. */
  readonly longest: number
  /** What moved: its class, top before and after, height before and after. */
  readonly moved: readonly string[]
}

/**
 * Observes layout shifts and long tasks of every page that is opened from now on. Shifts that follow an input count too: what somebody
 * asked for may come so soon after it.
 */
export const OBSERVE = `
window.__shift = 0
window.__longest = 0
window.__moved = []
new PerformanceObserver(list => {
  for (const { startTime, value, sources } of list.getEntries()) {
    window.__shift += value
    for (const { node, previousRect, currentRect } of sources)
      window.__moved.push([Math.round(startTime), node?.className || node?.nodeName, previousRect.y, currentRect.y, previousRect.height, currentRect.height].join(' '))
  }
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.__longest = Math.max(window.__longest, entry.duration)
}).observe({ type: 'longtask', buffered: true })
`

export const vitalsOf = (page: Page): Promise<Vitals> =>
  page.evaluate(() => {
    const { __shift, __longest, __moved } = window as unknown as {
      __shift: number
      __longest: number
      __moved: string[]
    }
    return { shift: __shift, longest: __longest, moved: __moved }
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
  await page.locator('.results[aria-busy=false] .neuron-list li').first().waitFor()
}

/** What a canvas shows, as a text: changes when the picture does. */
export const pictureOf = (page: Page, selector: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL())
