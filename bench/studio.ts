/**
 * What Studio costs in a browser: time from two photos to the verdict against the bare ONNX Runtime sessions that this takes, the longest
 * task of the page's main thread, layout shift, and memory over many comparisons.
 * Run `npm run bench:studio`; `npm run bench:studio -- 20` compares 20 times.
 */
import { chromium, type Page } from 'playwright-core'
import { explained, OBSERVE, vitalsOf } from '../test/browser/studio-page.ts'
import { buildStudio, serveStudio } from '../test/browser/studio-site.ts'
import { samplePhotoPath } from '../test/models.ts'

const ROUNDS = Number(process.argv[2] ?? 25)
const PAIRS = [
  ['cage.jpg', 'cage2_crop.jpg'],
  ['cage.jpg', 'SeanConnery.jpg'],
] as const

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Bytes of page and workers after a garbage collection. */
const memoryOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { measureUserAgentSpecificMemory } = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>
    }
    return (await measureUserAgentSpecificMemory.call(performance)).bytes
  })

/** What the page says that a comparison took, and how much of it networks ran: `153 ms`, `1.4 s`. */
const timesOf = async (page: Page): Promise<{ total: number; networks: number }> => {
  const text = await page.locator('.verdict .note').last().textContent()
  const [total, networks] = [...text!.matchAll(/([\d.]+)\s(ms|s)\b/g)].map(
    ([, value, unit]) => Number(value) * (unit === 's' ? 1000 : 1),
  )
  return { total: total!, networks: networks! }
}

await buildStudio()
const site = await serveStudio()
const browser = await chromium.launch({
  executablePath: process.env.XFMR_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--enable-blink-features=ForceEagerMeasureMemory',
  ],
})
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(120_000)
  await context.addInitScript(OBSERVE)
  const page = await context.newPage()
  await page.goto(site.url)
  await page.locator('.status.ready').waitFor()
  const spent: { total: number; networks: number }[] = []
  const memory: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = PAIRS[round % PAIRS.length]!
    await page.locator('.slot[data-side=a] input[type=file]').setInputFiles([a, b].map(samplePhotoPath))
    await page.waitForFunction(
      name => document.querySelector('.slot[data-side=b] .slot-note')?.textContent === name,
      b,
    )
    await explained(page)
    spent.push(await timesOf(page))
    const { total, networks } = spent.at(-1)!
    console.log(`${round + 1}: ${total.toFixed(0)} ms, ${(total / networks).toFixed(2)} times the networks`)
    if (round % 5 === 4) memory.push(await memoryOf(page))
  }
  const ratios = spent.slice(2).map(({ networks, total }) => total / networks)
  const { shift, longest } = await vitalsOf(page)
  const threads = await page.locator('.status p').first().textContent()
  console.log(`${threads}; ${ROUNDS} comparisons of two sample photos, models loaded.`)
  console.log(
    `Photos to verdict: median ${median(spent.slice(2).map(({ total }) => total)).toFixed(0)} ms, ` +
      `${median(ratios).toFixed(2)} times the bare sessions (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}).`,
  )
  console.log(`Longest task of the main thread: ${longest.toFixed(0)} ms. Layout shift: ${shift.toFixed(4)}.`)
  console.log(
    `Memory every 5 comparisons: ${memory.map(bytes => `${(bytes / 1e6).toFixed(0)} MB`).join(', ')}.`,
  )
} finally {
  await browser.close()
  site.close()
}
