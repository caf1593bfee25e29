import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { readPhoto } from '../src/image/node.ts'
import { drawnFace, landmarksOf, poseOf } from '../src/masking/_test-face.ts'
import { jpegQuality } from '../src/masking/node/jpeg-quality.ts'
import { samplePhotoPath } from './models.ts'

type Row = Record<string, never> & { input: string; error?: { code: string } }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-mask-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = async (...argv: string[]) => {
  let out = ''
  let err = ''
  const exitCode = await main(['mask', ...argv, '--jobs', '1'], {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    interactive: false,
  })
  return { exitCode, out, err }
}

const rowsOf = async (out: string): Promise<Row[]> =>
  (await readFile(join(out, 'manifest.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Row)

/** A folder with three drawn faces, one of them below another folder, and their landmarks. No model is needed. */
const drawnFolder = async (name: string): Promise<{ photos: string; list: string }> => {
  const photos = join(folder, name)
  await mkdir(join(photos, 'sub'), { recursive: true })
  const landmarks: Record<string, unknown> = {}
  for (const [file, yaw] of [
    ['a.jpg', 0],
    ['b.png', 20],
    ['sub/c.jpg', -15],
  ] as const) {
    const pose = poseOf(yaw, 0, 0, 48, [125, 100])
    const { data } = drawnFace(250, 250, pose)
    const image = sharp(data, { raw: { width: 250, height: 250, channels: 3 } })
    await (file.endsWith('png') ? image.png() : image.jpeg({ quality: 83 })).toFile(join(photos, file))
    landmarks[file] = landmarksOf(pose)
  }
  const list = join(folder, `${name}.json`)
  await writeFile(list, JSON.stringify(landmarks))
  return { photos, list }
}

const digests = async (root: string): Promise<Record<string, string>> => {
  const found: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('manifest')) continue
    const path = join(entry.parentPath, entry.name)
    found[path.slice(root.length)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  }
  return found
}

test('masks a folder: paths, formats, quality, manifest and regions', async () => {
  const { photos, list } = await drawnFolder('plain')
  const out = join(folder, 'plain-out')
  const { exitCode, out: said } = await run(
    photos,
    '--recursive',
    '--out',
    out,
    '--landmarks',
    list,
    '--seed',
    '7',
    '--region',
    '--json',
  )
  expect(exitCode).toBe(0)
  expect(JSON.parse(said)).toMatchObject({ photos: 3, masked: 3, failed: 0, resumed: 0, errors: {} })
  const rows = await rowsOf(out)
  expect(rows.map(row => row.input)).toEqual(['a.jpg', 'b.png', 'sub/c.jpg'].map(file => join(photos, file)))
  for (const row of rows) {
    expect(row).toMatchObject({ seed: '7', status: 'masked', landmarksFrom: 'file' })
    expect(row.landmarks).toHaveLength(68)
  }
  expect((await sharp(join(out, 'b.png')).metadata()).format).toBe('png')
  expect(jpegQuality(await readFile(join(out, 'a.jpg')))).toBe(83)
  const region = await sharp(join(out, 'sub/c.jpg.region.png')).metadata()
  expect([region.width, region.height, region.channels]).toEqual([250, 250, 1])
  expect((await sharp(join(out, 'sub/c.jpg.aligned-region.png')).metadata()).width).toBe(112)
  // Where the region is empty and far from the mask, nothing changed (PNG, so exactly).
  const before = await readPhoto(join(photos, 'b.png'))
  const after = await readPhoto(join(out, 'b.png'))
  expect(after.data.slice(0, 250 * 60 * 3)).toEqual(before.data.slice(0, 250 * 60 * 3))
  expect(after.data).not.toEqual(before.data)
})

test('an interrupted run goes on where it stopped and ends with the same files', async () => {
  const { photos, list } = await drawnFolder('resume')
  const out = join(folder, 'resume-out')
  const argv = [photos, '--recursive', '--out', out, '--landmarks', list]
  await run(...argv)
  const whole = await digests(out)
  const manifest = await readFile(join(out, 'manifest.jsonl'), 'utf8')
  // As if it had stopped in the middle of the second row.
  await rm(join(out, 'manifest.jsonl'))
  await rm(join(out, 'sub/c.jpg'))
  await writeFile(join(out, 'manifest.jsonl.partial'), manifest.slice(0, manifest.indexOf('\n') + 40))
  const other = await run(...argv, '--seed', 'other')
  expect(other.exitCode).toBe(2)
  expect(other.err).toContain('E_USAGE')
  const again = await run(...argv, '--json')
  expect(JSON.parse(again.out)).toMatchObject({ photos: 3, masked: 3, resumed: 1 })
  expect(await digests(out)).toEqual(whole)
  expect(await readFile(join(out, 'manifest.jsonl'), 'utf8')).toBe(manifest)
  expect((await run(...argv)).err).toContain('E_WRITE')
})

test('bad photos are listed and counted, the others masked', async () => {
  const { photos, list } = await drawnFolder('bad')
  await writeFile(join(photos, 'text.jpg'), 'no photo')
  await sharp({ create: { width: 60, height: 60, channels: 3, background: 'red' } })
    .png()
    .toFile(join(photos, 'unlisted.png'))
  const outside = JSON.parse(await readFile(list, 'utf8')) as Record<string, [number, number][]>
  outside['b.png'] = outside['b.png']!.map(([x, y]) => [x + 1000, y])
  outside['text.jpg'] = outside['a.jpg']!
  outside['a.jpg'] = landmarksOf(poseOf(68, 0, 0, 48, [125, 100])) as [number, number][]
  await writeFile(list, JSON.stringify(outside))
  const out = join(folder, 'bad-out')
  const {
    exitCode,
    out: said,
    err,
  } = await run(
    photos,
    join(folder, 'missing.jpg'),
    '--recursive',
    '--out',
    out,
    '--landmarks',
    list,
    '--json',
  )
  expect(exitCode).toBe(2)
  expect(JSON.parse(said)).toMatchObject({
    photos: 6,
    masked: 1,
    failed: 5,
    errors: { E_PROFILE: 1, E_LANDMARKS: 3, E_DECODE: 1 },
  })
  expect(err.trim().split('\n')).toHaveLength(5)
  expect((await rowsOf(out)).filter(row => row.error)).toHaveLength(5)
})

test('a photo with transparency keeps it where nothing is drawn', async () => {
  const pose = poseOf(0, 0, 0, 48, [125, 100])
  const { data } = drawnFace(250, 250, pose)
  const photo = join(folder, 'alpha.png')
  await sharp(data, { raw: { width: 250, height: 250, channels: 3 } })
    .ensureAlpha(0.5)
    .png()
    .toFile(photo)
  const list = join(folder, 'alpha.json')
  await writeFile(list, JSON.stringify({ 'alpha.png': landmarksOf(pose) }))
  await run(
    photo,
    '--out',
    join(folder, 'alpha-out'),
    '--landmarks',
    list,
    '--type',
    'surgical',
    '--coverage',
    'high',
  )
  const { data: pixels, info } = await sharp(join(folder, 'alpha-out/alpha.png'))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info.channels).toBe(4)
  const before = await sharp(photo).raw().toBuffer()
  expect([...pixels.subarray(0, 400)]).toEqual([...before.subarray(0, 400)])
  expect(pixels[(155 * 250 + 125) * 4 + 3]).toBe(255)
})

describe('refuses with a code', () => {
  test.each([
    ['an unknown type', ['--type', 'gas'], 'E_USAGE'],
    ['an unknown colour', ['--colour', 'mauveish'], 'E_USAGE'],
    ['an unknown coverage', ['--coverage', 'chinny'], 'E_USAGE'],
    ['an unknown pattern', ['--pattern', 'zigzag'], 'E_USAGE'],
    ['a face number that is none', ['--face', 'best'], 'E_USAGE'],
    ['a missing landmark file', ['--landmarks', '/nowhere/l.json'], 'E_NOT_FOUND'],
  ])('%s', async (_, options, code) => {
    const { photos } = await drawnFolder('refuse')
    const { exitCode, err } = await run(photos, '--out', join(folder, 'refuse-out'), ...options)
    expect(exitCode).toBe(2)
    expect(err).toContain(code)
  })

  test('an output folder that is, or lies in, an input folder', async () => {
    const { photos, list } = await drawnFolder('nested')
    for (const out of [photos, join(photos, 'masked'), join(photos, 'sub/deep/er')]) {
      expect((await run(photos, '--out', out, '--landmarks', list)).err).toContain('E_USAGE')
    }
    expect((await run(join(photos, 'a.jpg'), '--out', photos, '--landmarks', list)).err).toContain(
      'overwrite',
    )
  })

  test('an output folder that cannot be written', async () => {
    const { photos, list } = await drawnFolder('readonly')
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    expect((await run(photos, '--out', join(file, 'out'), '--landmarks', list)).err).toContain('E_WRITE')
    const locked = join(folder, 'locked')
    await mkdir(locked)
    await chmod(locked, 0o500)
    // The superuser may write anywhere, so there is nothing to see then.
    if (process.getuid?.() !== 0)
      expect((await run(photos, '--out', locked, '--landmarks', list)).err).toContain('E_WRITE')
  })

  test('two inputs for one output', async () => {
    const { photos, list } = await drawnFolder('twice')
    const { err } = await run(
      join(photos, 'a.jpg'),
      photos,
      '--out',
      join(folder, 'twice-out'),
      '--landmarks',
      list,
    )
    expect(err).toContain('both be written')
  })
})

test('real photos: every face of a group, none in a plain picture, an aligned crop, a pattern of the user', async () => {
  const out = join(folder, 'real-out')
  const wall = join(folder, 'wall.png')
  await sharp({ create: { width: 200, height: 200, channels: 3, background: '#778' } })
    .png()
    .toFile(wall)
  const { out: said } = await run(samplePhotoPath('sample6.jpg'), wall, '--out', out, '--json')
  expect(JSON.parse(said)).toMatchObject({ photos: 2, masked: 1, errors: { E_NO_FACE: 1 } })
  const [group] = (await rowsOf(out)) as unknown as { faces: { type: string }[] }[]
  expect(group!.faces.length).toBeGreaterThan(1)
  const { alignFace } = await import('../src/face/align.ts')
  const { openFaceFinder } = await import('../src/cli/_open.ts')
  const photo = await readPhoto(samplePhotoPath('franck_01829.jpg'))
  const { findFaces } = await openFaceFinder({ out: () => {}, err: () => {}, interactive: false })
  const [face] = await findFaces(photo)
  const { data } = alignFace(photo, face!)
  const crop = join(folder, 'crop.png')
  await sharp(data, { raw: { width: 112, height: 112, channels: 3 } })
    .png()
    .toFile(crop)
  const aligned = await run(
    crop,
    '--aligned',
    '--out',
    join(folder, 'aligned-out'),
    '--type',
    'cloth',
    '--pattern',
    wall,
    '--region',
    '--json',
  )
  expect(JSON.parse(aligned.out)).toMatchObject({ masked: 1, types: { cloth: 1 } })
  const [row] = (await rowsOf(join(folder, 'aligned-out'))) as unknown as {
    params: { patternFile: string }
    landmarks: [number, number][]
  }[]
  expect(row!.params.patternFile).toBe(wall)
  // The template has the tip of the nose at (56, 72).
  expect(Math.hypot(row!.landmarks[30]![0] - 56, row!.landmarks[30]![1] - 71.7)).toBeLessThan(6)
})

test('the built program gives the same bytes with one thread and with two', async () => {
  const build = join(import.meta.dirname, 'output/mask-build')
  const execute = promisify(execFile)
  await execute(process.execPath, ['node_modules/tsdown/dist/run.mjs', '--out-dir', build], {
    cwd: join(import.meta.dirname, '..'),
  })
  const { photos, list } = await drawnFolder('threads')
  const outputs = []
  for (const jobs of ['1', '2']) {
    const out = join(folder, `threads-${jobs}`)
    const code = `import('${join(build, 'cli.js')}').then(async m => { process.exitCode = await m.main(process.argv.slice(1)) })`
    await execute(process.execPath, [
      '-e',
      code,
      'mask',
      photos,
      '--recursive',
      '--out',
      out,
      '--landmarks',
      list,
      '--region',
      '--jobs',
      jobs,
    ])
    outputs.push({
      files: await digests(out),
      manifest: (await readFile(join(out, 'manifest.jsonl'), 'utf8')).replaceAll(out, ''),
    })
  }
  expect(outputs[1]).toEqual(outputs[0])
  expect(Object.keys(outputs[0]!.files)).toHaveLength(9)
}, 120_000)
