import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { measureSetting } from '../../evaluation/protocols/verification.ts'
import type { EvaluationResult } from '../../evaluation/result.ts'
import * as codec from '../../image/node.ts'
import { createRandom } from '../../random.ts'
import { buildEvaluationReport } from './page.ts'
import { type NamedPair, worstPairs } from './pairs.ts'
import { SCRIPT, SCRIPT_HASH } from './script.ts'

const random = createRandom('page')
const pairs: NamedPair[] = Array.from({ length: 40 }, (_, i) => {
  const same = i % 2 === 0
  const [a, b] = [`<b>${i}`, same ? `<b>${i}` : `other${i}`]
  return {
    a: { photo: `${a}/1.jpg`, identity: a },
    b: { photo: `${b}/2.jpg`, identity: b },
    same,
    fold: 1 + (i % 4 < 2 ? 0 : 1),
    identities: [a, b] as const,
    genuine: same,
    score: i === 6 ? null : (same ? 0.6 : 0) + 0.2 * random.normal(),
  }
})
const setting = measureSetting({ name: 'UMR-MP', condition: 'bare-masked', synthetic: true }, pairs, {
  resamples: 20,
})
const result: EvaluationResult = {
  version: '1.2.3',
  protocol: 'lfw',
  pipeline: 'some/pipeline',
  dataset: '<script>alert(1)</script>',
  date: '2026-11-24',
  face: 'central',
  failurePolicy: 'reject',
  intervals: { level: 0.95, resamples: 20, seed: '1' },
  settings: [setting],
  photos: {
    total: 80,
    identities: 60,
    failures: [{ photo: '<b>6/1.jpg', code: 'E_NO_FACE', message: 'No <face>' }],
    sameBytes: [{ photos: ['x', 'y'], identities: ['X', 'Y'] }],
  },
}

describe('the evaluation report', () => {
  const asked: string[] = []
  const page = buildEvaluationReport(
    {
      result,
      pairs: [pairs],
      worst: 3,
      picture: async photo => {
        asked.push(photo)
        return { width: 4, height: 4, data: new Uint8Array(48).fill(90) }
      },
    },
    codec,
  )

  it('escapes all names and loads nothing', async () => {
    const text = await page
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<b>')
    expect(text).not.toContain('<face>')
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|(src|href)="(?!data:|#)/)
  })

  it('holds the result and the scores for download', async () => {
    const held = [...(await page).matchAll(/<script type="application\/json" id="([^"]+)">(.*?)<\/script>/gs)]
    const data = Object.fromEntries(held.map(([, id, json]) => [id, JSON.parse(json!)]))
    expect(data['xfmr-result']).toEqual(result)
    expect(data['scores-0'].split('\n')).toHaveLength(42)
    expect(data['scores-0']).toContain('<b>6/1.jpg,<b>6/2.jpg,1,<b>6,<b>6,2,\n')
  })

  it('says that masks are synthetic, what failed, and where labels contradict', async () => {
    const text = await page
    expect(text).toContain('synthetic masks')
    expect(text).toContain('E_NO_FACE')
    expect(text).toContain('Byte-identical photos')
  })

  it('shows the worst pairs, and asks for no other picture', async () => {
    await page
    const scored = pairs.filter(({ score }) => score !== null)
    const low = scored
      .filter(pair => pair.same)
      .sort((a, b) => a.score! - b.score!)
      .slice(0, 3)
    const high = scored
      .filter(pair => !pair.same)
      .sort((a, b) => b.score! - a.score!)
      .slice(0, 3)
    expect(worstPairs(pairs, 3)).toEqual({ genuine: low, impostor: high })
    expect(asked).toEqual([...low, ...high].flatMap(({ a, b }) => [a.photo, b.photo]))
  })

  it('runs its script only', async () => {
    expect(SCRIPT_HASH).toBe(`sha256-${createHash('sha256').update(SCRIPT).digest('base64')}`)
    expect(await page).toContain(`<script>${SCRIPT}</script>`)
    expect(await page).toContain(`script-src '${SCRIPT_HASH}'`)
  })
})
