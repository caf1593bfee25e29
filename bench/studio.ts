/**
 * What Studio costs in a browser: time from two photos to the verdict against the bare ONNX Runtime sessions that this takes, the longest
 * tasks of the page's main thread, layout shift, and memory over many comparisons.
 * Run `npm run bench:studio`; `npm run bench:studio -- 20` compares 20 times.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { explained, OBSERVE, vitalsOf } from '../test/browser/studio-page.ts'
import { BUILT, buildStudio, serveStudio } from '../test/browser/studio-site.ts'
import { samplePhotoPath } from '../test/models.ts'
import { median, memorySlope } from './_measure.ts'
import type { BareRequest } from './_studio-bare-worker.ts'
import {
  type Drop,
  dropOf,
  expectVerdict,
  type LongTask,
  type Memory,
  takeLongTasks,
  WATCH,
  watchMemory,
} from './_studio-watch.ts'

const ROUNDS = Number(process.argv[2] ?? 100)
/** Comparisons before times and memory count. */
const WARM_UP = 4
const PAIRS = [
  { photos: ['cage.jpg', 'cage2_crop.jpg'], verdict: 'same' },
  { photos: ['cage.jpg', 'SeanConnery.jpg'], verdict: 'different' },
] as const

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.XFMR_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })

/** Puts the page of the bare sessions beside the built Studio. */
const buildBare = async (): Promise<void> => {
  const { outputFiles } = await build({
    entryPoints: ['bench/_studio-bare-worker.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    // The build of ONNX Runtime that Studio has.
    alias: { 'onnxruntime-web': 'onnxruntime-web/wasm' },
    conditions: ['onnxruntime-web-use-extern-wasm'],
  })
  await writeFile(join(BUILT, 'bare.js'), outputFiles[0]!.contents)
  await writeFile(join(BUILT, 'bare.html'), '<!doctype html><title>bare sessions</title>')
}

/** Opens the bare sessions. @returns runs all networks of a pair and gives the milliseconds */
const openBare = async (page: Page, url: string): Promise<(pair: number) => Promise<number>> => {
  await page.goto(`${url}bare.html`)
  const pairs = PAIRS.map(({ photos: [a, b] }) => [`samples/${a}`, `samples/${b}`] as const)
  await page.evaluate(async pairs => {
    const worker = new Worker('bare.js', { type: 'module' })
    Object.assign(window, { worker })
    const config = await (await fetch('studio.json')).json()
    const threads = Math.min(4, navigator.hardwareConcurrency)
    worker.postMessage({ config, base: location.href, threads, pairs } satisfies BareRequest)
    await new Promise<void>((done, fail) => {
      worker.onmessage = () => done()
      worker.onerror = event => fail(new Error(event.message))
    })
  }, pairs)
  return pair =>
    page.evaluate(
      pair =>
        new Promise<number>(done => {
          const { worker } = window as unknown as { worker: Worker }
          worker.onmessage = ({ data }) => done(data)
          worker.postMessage(pair)
        }),
      pair,
    )
}

const compare = async (page: Page, round: number): Promise<Drop> => {
  const { photos, verdict } = PAIRS[round % PAIRS.length]!
  await expectVerdict(page, verdict)
  await page.locator('.slot[data-side=a] input[type=file]').setInputFiles(photos.map(samplePhotoPath))
  const drop = await dropOf(page)
  await explained(page)
  return drop
}

type Spent = Drop & { readonly bare: number }

const sayTimes = (spent: readonly Spent[]): void => {
  const line = (label: string, of: (time: Spent) => number): void => {
    const times = spent.map(of)
    const ratio = median(spent.map(time => of(time) / time.bare))
    const quick = tenth(times) / tenth(spent.map(({ bare }) => bare))
    console.log(
      `${label.padEnd(22)} median ${median(times).toFixed(0)} ms, ${ratio.toFixed(2)} times the bare sessions; ` +
        `quickest tenth ${tenth(times).toFixed(0)} ms, ${quick.toFixed(2)} times`,
    )
  }
  line('Bare sessions', ({ bare }) => bare)
  line('Photos to verdict', ({ verdict }) => verdict)
  line('Photos to its painting', ({ painted }) => painted)
}

/** What a tenth of the values lies below: how long something takes when nothing else disturbs it. */
const tenth = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)]!

const sayTasks = (when: string, tasks: readonly LongTask[]): void => {
  const longest = Math.max(0, ...tasks.map(({ duration }) => duration))
  const found =
    tasks.length > 0 ? `${tasks.length} over 50 ms, the longest ${longest.toFixed(0)} ms` : 'none over 50 ms'
  console.log(`Tasks of the main thread ${when}: ${found}.`)
}

const sayMemory = (readings: readonly (Memory & { done: number })[]): void => {
  for (const what of ['page', 'worker', 'process'] as const) {
    const slope = memorySlope(readings.map(reading => ({ done: reading.done, rss: reading[what] })))
    const list = readings.map(reading => (reading[what] / 1e6).toFixed(1)).join(', ')
    console.log(`Memory of the ${what}, MB: ${list}; ${(slope / 1e3).toFixed(1)} kB a comparison.`)
  }
}

await buildStudio()
await buildBare()
const site = await serveStudio()
const [browser, other] = await Promise.all([launch(), launch()])
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(60_000)
  await context.addInitScript(OBSERVE)
  await context.addInitScript(WATCH)
  const page = await context.newPage()
  const readMemory = await watchMemory(browser, page)
  await page.goto(site.url)
  await page.locator('.status.ready').waitFor()
  const atStart = await takeLongTasks(page)
  const first = await compare(page, 0)
  const bare = await openBare(await other.newPage(), site.url)
  for (let round = 1; round <= WARM_UP; round++) await Promise.all([compare(page, round), bare(round % 2)])
  await takeLongTasks(page)
  const { shift } = await vitalsOf(page)
  const spent: Spent[] = []
  const readings: (Memory & { done: number })[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const drop = await compare(page, round)
    spent.push({ ...drop, bare: await bare(round % PAIRS.length) })
    if (round % 10 === 0) readings.push({ done: round, ...(await readMemory()) })
  }
  const comparing = await takeLongTasks(page)
  const threads = await page.locator('.status p').first().textContent()
  console.log(`${threads}; ${spent.length} comparisons of two sample photos, models loaded.`)
  sayTimes(spent)
  console.log(`The first comparison was painted after ${first.painted.toFixed(0)} ms.`)
  sayTasks('from the start until the page is ready', atStart)
  sayTasks('while comparing', comparing)
  const { shift: all, moved } = await vitalsOf(page)
  console.log(`Layout shift: ${(all - shift).toFixed(4)} while comparing, ${shift.toFixed(4)} before.`)
  // Each is a time, a class, and numbers.
  const names = moved.map(line => line.replace(/^\d+ | -?[\d.]+(?= |$)/g, ''))
  if (all > 0.001) console.log(`What moved: ${[...new Set(names)].join(', ')}.`)
  sayMemory(readings)
} finally {
  await Promise.all([browser.close(), other.close()])
  site.close()
}
