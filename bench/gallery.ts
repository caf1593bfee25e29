/**
 * Measures the gallery: `npm run bench:gallery [-- FACES [URL]]`, by default 100,000 faces drawn around the embeddings of LFW (photos from
 * XFMR_DATA). The numbers of docs/scale.md. Recall of the index against a comparison with every face; latency of a whole search (audit log,
 * facts of the matched faces) in turns with a plain scan of a Float32Array in the same process; throughput of enrolling. Embedded, then the
 * same database over the Postgres protocol from another process; or with a URL on the server there, which must have pgvector, in a database
 * of its own.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPairDataset } from '../src/evaluation/node/dataset.ts'
import { openEmbeddingCache } from '../src/evaluation/node/embedding-cache.ts'
import { photoEmbedder } from '../src/evaluation/node/photo-embedder.ts'
import type { Gallery } from '../src/gallery/gallery.ts'
import { openGallery } from '../src/gallery/node.ts'
import { defaultHome, openXfmr } from '../src/node.ts'
import { createRandom, type Random } from '../src/random.ts'
import { newDatabase } from '../test/postgres.ts'

const FACES = Number(process.argv[2] ?? 100_000)
const SERVER = process.argv[3]
const DATA = process.env.XFMR_DATA ?? new URL('../../shared/data', import.meta.url).pathname
const PROBES = 300
const TOP = 10
const SMALL = 10_000
/** Cosine of a drawn face with the real one that it is drawn around: that of two photos of one person. */
const COSINE = 0.65

const say = (text: string): void => console.log(text)

const realFaces = async (): Promise<Float32Array[]> => {
  const { list, root } = await openPairDataset(join(DATA, 'lfw'))
  const xfmr = await openXfmr({ unmask: 'never' })
  const cache = await openEmbeddingCache(join(defaultHome(), 'embeddings'), xfmr.pipeline, 'central')
  const photos = [...new Set(list.pairs.flatMap(({ a, b }) => [a.photo, b.photo]))]
  const outcomes = await photoEmbedder({ root, xfmr, cache, face: 'central' })(photos)
  await cache.close()
  await xfmr.release()
  return outcomes.flatMap(outcome => ('embedding' in outcome ? outcome.embedding.vector : []))
}

/** Another face of the person behind `real`, as far as the angle goes. */
const around = (real: Float32Array, random: Random, out: Float32Array): void => {
  const spread = Math.sqrt((1 / COSINE ** 2 - 1) / real.length)
  let sum = 0
  for (let i = 0; i < real.length; i++) {
    out[i] = real[i]! + spread * random.normal()
    sum += out[i]! ** 2
  }
  for (let i = 0; i < real.length; i++) out[i]! /= Math.sqrt(sum)
}

/** Numbers of the nearest rows, best first. */
const scan = (rows: Float32Array, count: number, probe: Float32Array): number[] => {
  const size = probe.length
  const best: { row: number; score: number }[] = []
  let worst = -Infinity
  for (let row = 0; row < count; row++) {
    let score = 0
    for (let i = 0, k = row * size; i < size; i++, k++) score += rows[k]! * probe[i]!
    if (best.length === TOP && score <= worst) continue
    best.push({ row, score })
    best.sort((a, b) => b.score - a.score)
    if (best.length > TOP) best.pop()
    worst = best.length === TOP ? best.at(-1)!.score : -Infinity
  }
  return best.map(({ row }) => row)
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!

const line = (label: string, values: readonly number[], base?: readonly number[]): string => {
  const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)]
  const ratio = base ? `   p50 ${(p50 / percentile(base, 0.5)).toFixed(2)} x the scan` : ''
  return `${label.padEnd(46)} p50 ${p50.toFixed(2).padStart(8)} ms  p99 ${p99.toFixed(2).padStart(8)} ms${ratio}`
}

const nameOf = (row: number): string => `face ${row}`

const measureSearch = async (
  label: string,
  gallery: Gallery,
  rows: Float32Array,
  count: number,
  probes: readonly Float32Array[],
): Promise<void> => {
  const times: Record<'scan' | 'search', number[]> = { scan: [], search: [] }
  let found = 0
  let method = ''
  for (const [i, probe] of probes.entries()) {
    const start = performance.now()
    const wanted = new Set(scan(rows, count, probe).map(nameOf))
    const middle = performance.now()
    const [result] = await gallery.search([{ vector: probe, pipeline: 'bench' }], { top: TOP })
    const end = performance.now()
    found += result!.candidates.filter(({ subject }) => wanted.has(subject)).length
    method = result!.method
    // The first few warm up.
    if (i < 10) continue
    times.scan.push(middle - start)
    times.search.push(end - middle)
  }
  say(line(`${label}, plain scan of ${count}`, times.scan))
  say(line(`${label}, search (${method})`, times.search, times.scan))
  say(`${`${label}, recall@${TOP} (${method})`.padEnd(46)}     ${(found / probes.length / TOP).toFixed(4)}`)
}

const enrolRows = async (gallery: Gallery, rows: Float32Array, from: number, to: number): Promise<void> => {
  const size = rows.length / FACES
  const start = performance.now()
  const cpu = process.cpuUsage()
  for (let first = from; first < to; first += 200) {
    await gallery.enrol(
      Array.from({ length: Math.min(200, to - first) }, (_, i) => ({
        subject: nameOf(first + i),
        vector: rows.slice((first + i) * size, (first + i + 1) * size),
        pipeline: 'bench',
      })),
    )
  }
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - start) / 1000
  say(
    `enrol ${to - from} faces, 200 a call`.padEnd(46) +
      `     ${Math.round((to - from) / seconds)} faces/s, ${((user + system) / 1000 / (to - from)).toFixed(2)} ms of processor a face`,
  )
}

/** The same folder behind a socket, in a process of its own. */
const serve = async (folder: string): Promise<void> => {
  const [{ PGlite }, { vector }, { servePostgres }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/vector'),
    import('../test/postgres.ts'),
  ])
  const db = await PGlite.create({ dataDir: join(folder, 'db'), extensions: { vector } })
  const server = await servePostgres(db)
  process.send!(server.url)
  process.on('message', async () => {
    await server.stop()
    await db.close()
    process.exit(0)
  })
}

const run = async (): Promise<void> => {
  const real = await realFaces()
  const size = real[0]!.length
  const random = createRandom('bench', 'gallery')
  const rows = new Float32Array(FACES * size)
  for (let row = 0; row < FACES; row++) {
    around(real[row % real.length]!, random, rows.subarray(row * size, (row + 1) * size))
  }
  const probes = Array.from({ length: PROBES }, () => {
    const probe = new Float32Array(size)
    around(random.pick(real), random, probe)
    return probe
  })
  say(`${FACES} faces of ${size} numbers around ${real.length} real ones`)
  if (SERVER) {
    const database = await newDatabase(SERVER)
    try {
      await measureAll('server', database.url, rows, probes)
    } finally {
      await database.stop()
    }
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'xfmr-bench-'))
  try {
    await measureAll('embedded', folder, rows, probes)
    const child = fork(import.meta.filename, ['serve', folder])
    const [url] = (await once(child, 'message')) as [string]
    const remote = await openGallery({ location: url })
    await measureSearch('Postgres protocol', remote, rows, FACES, probes)
    await remote.close()
    child.send('stop')
    await once(child, 'exit')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** From an empty gallery to a searched index. */
const measureAll = async (
  label: string,
  location: string,
  rows: Float32Array,
  probes: readonly Float32Array[],
): Promise<void> => {
  const gallery = await openGallery({ location })
  const small = Math.min(SMALL, FACES)
  await enrolRows(gallery, rows, 0, small)
  await measureSearch(label, gallery, rows, small, probes.slice(0, 60))
  if (FACES > small) await enrolRows(gallery, rows, small, FACES)
  const start = performance.now()
  const cpu = process.cpuUsage()
  await gallery.buildIndex('bench')
  const { user } = process.cpuUsage(cpu)
  say(
    `build the index of ${FACES}`.padEnd(46) +
      `     ${((performance.now() - start) / 1000).toFixed(0)} s, ${(user / 1e6).toFixed(0)} s of processor in this process`,
  )
  await measureSearch(label, gallery, rows, FACES, probes)
  const { bytes } = (await gallery.stats()).pipelines[0]!
  say(`${'storage, table and index'.padEnd(46)}     ${Math.round(bytes / FACES)} bytes a face`)
  await gallery.close()
}

if (process.argv[2] === 'serve') await serve(process.argv[3]!)
else await run()
