import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { modelStore } from '../node.ts'
import { landmarkModel } from './landmarks.ts'

const store = modelStore()

it('reads the original from the store and others from their file', async () => {
  const original = await landmarkModel(store, 'original')
  expect(Buffer.compare(original.bytes, await store.bytes('landmarks'))).toBe(0)
  expect(original.sha256).toMatch(/^f10b0ba1/)
  const folder = await mkdtemp(join(tmpdir(), 'xfmr-landmarks-'))
  const path = join(folder, 'mine.onnx')
  await writeFile(path, original.bytes)
  const own = await landmarkModel(store, path)
  expect(own).toMatchObject({ name: 'mine.onnx', sha256: original.sha256 })
  expect(Buffer.compare(own.bytes, original.bytes)).toBe(0)
  await rm(folder, { recursive: true })
  await expect(landmarkModel(store, path)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
})
