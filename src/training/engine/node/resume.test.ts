import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const child = join(import.meta.dirname, '_resume-child.ts')

/** Trains in another process, killed without warning after a step. Resolves to the signal that ended it. */
const train = (folder: string, { resume = false, killAt = Infinity } = {}): Promise<string | number | null> =>
  new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', child, folder, resume ? 'resume' : 'new']
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    running.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.split('\n').some(line => Number(line) >= killAt)) running.kill('SIGKILL')
    })
    running.on('error', reject).on('close', (code, signal) => resolve(signal ?? code))
  })

test('killed twice and gone on with, a training leaves the same files as one that ran through', async () => {
  const root = await mkdtemp(join(tmpdir(), 'xfmr-resume-'))
  const [whole, stopped] = [join(root, 'whole'), join(root, 'stopped')]
  try {
    expect(await train(whole)).toBe(0)
    expect(await train(stopped, { killAt: 31 })).toBe('SIGKILL')
    expect(await train(stopped, { resume: true, killAt: 75 })).toBe('SIGKILL')
    const final = 'checkpoint-00000120.bin'
    expect(await readdir(stopped)).not.toContain(final)
    expect(await train(stopped, { resume: true })).toBe(0)
    for (const name of [final, 'best.bin', 'metrics.jsonl', 'loss.svg']) {
      const [expected, found] = await Promise.all(
        [whole, stopped].map(folder => readFile(join(folder, name))),
      )
      expect(found!.equals(expected!), name).toBe(true)
    }
  } finally {
    await rm(root, { recursive: true })
  }
}, 60_000)
