/**
 * Accuracy on LFW's standard 6,000 pairs from the 250x250 photos, by the product's own command, against the goals:
 * at least 99.40 % by 10-fold cross-validation, and at most 1.3 % FNMR at FMR 0.1 %. `npm run bench:lfw`; the photos
 * come from XFMR_DATA. The first run takes minutes, later ones read the embedding cache.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { main } from '../src/cli/main.ts'

const data = join(process.env.XFMR_DATA ?? '../shared/data', 'lfw')
if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}; set XFMR_DATA`)
  process.exit(0)
}
let out = ''
const code = await main(['evaluate', data, '--out', 'runs/lfw', '--json'], {
  out: text => {
    out += text
  },
  err: text => void process.stderr.write(text),
  interactive: Boolean(process.stderr.isTTY),
})
if (code !== 0) process.exit(code)

type Setting = { accuracy: number; eer: number; fmr1000: number; intervals: Record<string, [number, number]> }
const [setting] = (JSON.parse(out) as { settings: [Setting] }).settings
const percent = (value: number): string => `${(100 * value).toFixed(2)} %`
const line = (label: string, name: 'accuracy' | 'eer' | 'fmr1000', met?: boolean): string => {
  const [low, high] = setting.intervals[name]!
  const verdict = met === undefined ? '' : met ? '  ok' : '  MISSED'
  return `${label.padEnd(24)} ${percent(setting[name])}  [${percent(low)}, ${percent(high)}]${verdict}`
}
console.log(line('10-fold accuracy', 'accuracy', setting.accuracy >= 0.994))
console.log(line('FNMR at FMR 0.1 %', 'fmr1000', setting.fmr1000 <= 0.013))
console.log(line('EER', 'eer'))
