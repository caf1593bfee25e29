/**
 * Trains the corrections that the shipped one is compared with, on the same faces, into runs/methods:
 * `npm run bench:unmask-methods [-- METHOD...]`. `npm run results` then measures them. Photos come from XFMR_DATA.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { main } from '../src/cli/main.ts'

const data = process.env.XFMR_DATA ?? '../shared/data'
if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}; set XFMR_DATA`)
  process.exit(0)
}
const wanted = process.argv.slice(2)
for (const method of wanted.length > 0 ? wanted : ['eum-triplet', 'eum-srt', 'eum-cosine', 'head']) {
  const out = join('runs', 'methods', method)
  if (existsSync(join(out, 'unmask.onnx'))) continue
  const argv = [
    ...['train', 'unmask', join(data, 'celeb'), join(data, 'celeba-small'), '--method', method, '--out', out],
    // The views that the shipped correction was trained on.
    ...['--views', '6'],
    ...['--exclude', [join(data, 'lfw', 'images'), join(data, 'rmfrd', 'images')].join(',')],
    ...['--run', join(out, 'run'), '--resume'],
  ]
  const code = await main(argv, {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    interactive: Boolean(process.stderr.isTTY),
  })
  if (code !== 0) process.exit(code)
}
