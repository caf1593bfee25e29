import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { samplePeople } from '../../../../test/people.ts'
import { run } from '../../../../test/terminal.ts'
import { openXfmr } from '../../../node.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-train-counterpart-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('makes counterparts for the correction in use, with a card', async () => {
  const data = await samplePeople(join(folder, 'people'), 20)
  const places = ['--out', join(folder, 'out'), '--work', join(folder, 'work')]
  const { code, out, err } = await run('train', 'counterpart', data, ...places, '--views', '1', '--json')
  expect(code, err).toBe(0)
  const { identities, owner } = JSON.parse(out)
  expect(identities.training + identities.validation).toBe(20)
  const card = await readFile(join(folder, 'out', 'counterpart.md'), 'utf8')
  expect(card).toContain(owner)
  const xfmr = await openXfmr({ counterpartModel: join(folder, 'out', 'counterpart.onnx') })
  const made = xfmr.models.find(({ role }) => role === 'counterpart')!
  expect(xfmr.scoreId('cosine')).toBe(`${xfmr.pipeline}/counterpart:${made.sha256.slice(0, 8)}`)
  await xfmr.release()
}, 300_000)
