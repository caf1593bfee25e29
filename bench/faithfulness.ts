/**
 * Measures how faithful all explanation methods are, on LFW without masks, with drawn ones, and with the correction:
 * `npm run bench:faithfulness [-- PAIRS [DATA [BUDGET]]]`. Writes docs/faithfulness.md and models/faithfulness.json. What was
 * measured is kept in XFMR_WORK (default: a folder in XFMR_HOME), so that it can be stopped and goes on where it was. XFMR_METHODS=a,b measures
 * only these.
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openPairDataset } from '../src/evaluation/node/dataset.ts'
import { measuredFile } from '../src/explanation/faithfulness/measured-file.ts'
import { measureFaithfulness, STUDIED, studySize } from '../src/explanation/faithfulness/node/result.ts'
import { measuredMethod } from '../src/explanation/faithfulness/plan.ts'
import { defaultHome, openXfmr } from '../src/node.ts'
import { faithfulnessPage } from '../src/report/faithfulness/page.ts'

const PAIRS = Number(process.argv[2] ?? 60)
const DATA =
  process.argv[3] ?? process.env.XFMR_DATA ?? new URL('../../shared/data', import.meta.url).pathname
const BUDGET = process.argv[4] === undefined ? undefined : Number(process.argv[4])
const NAMES = process.env.XFMR_METHODS?.split(',') ?? STUDIED

const { root, list } = await openPairDataset(join(DATA, 'lfw'))
const xfmr = await openXfmr()
let said = 0
const file = await measureFaithfulness({
  xfmr,
  root,
  list,
  methods: NAMES.map(name => measuredMethod(name)!),
  size: studySize(PAIRS),
  seed: '1',
  work: process.env.XFMR_WORK ?? join(defaultHome(), 'faithfulness'),
  budget: BUDGET,
  dataset: 'LFW',
  date: new Date().toISOString().slice(0, 10),
  onProgress: (done, total) => {
    if (Date.now() - said < 20_000) return
    said = Date.now()
    console.error(`${new Date().toISOString()} ${done} of ${total}`)
  },
})
await xfmr.release()
const repository = new URL('..', import.meta.url).pathname
const { pipelines, dataset, date } = file
const shipped = measuredFile(file.methods, { pipeline: pipelines.corrected, dataset, date })
await writeFile(join(repository, 'models/faithfulness.json'), `${JSON.stringify(shipped)}\n`)
await writeFile(
  join(repository, 'docs/faithfulness.md'),
  faithfulnessPage(file, `npm run bench:faithfulness -- ${PAIRS}`),
)
