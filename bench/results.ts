/**
 * Measures everything that docs/results.md says and writes that file: `npm run results`, or with names only those runs
 * and the file from all that were ever made (`npm run results lfw-mfr rmfrd`), or `npm run results -- --no-runs` for the
 * file alone. Photos come from XFMR_DATA. The first time takes most of an hour, later ones read the embedding cache. Full reports stay in
 * runs/NAME; what was measured elsewhere, so that its run is not there, keeps its section in the file.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareRuns } from '../src/cli/_run-difference.ts'
import { main } from '../src/cli/main.ts'
import { type EvaluationResult, evaluationResult } from '../src/evaluation/result.ts'
import { type RunDifference, runDifference } from '../src/evaluation/run-difference.ts'
import { ownModelIfAny } from '../src/models/node/own.ts'
import { percent, plain, signed } from '../src/report/numbers.ts'
import { cellsTable, photosLine, rate, row, searchesTable, settingsTable } from './_result-tables.ts'

const fileBefore = existsSync('docs/results.md') ? readFileSync('docs/results.md', 'utf8') : ''
const data = process.env.XFMR_DATA ?? '../shared/data'
const CALIBRATION = 'models/calibration/mobilefacenet.json'

/** Beside it for faces that are corrected for their masks: another pipeline, other error rates. */
const CALIBRATION_UNMASK = 'models/calibration/mobilefacenet-unmask.json'

/** For verdicts that rest on the explainable cosine. */
const CALIBRATION_XCOS = 'models/calibration/mobilefacenet-unmask-xcos.json'

type Run = {
  title: string
  about: string
  argv: string[]
  /** Runs only where xfmr has a correction for masks. */
  correction?: true
  /** The shipped calibration that is made from this run. */
  calibration?: string
}

const RMFRD = [
  ...[join(data, 'rmfrd'), '--protocol', 'folder', '--include', '0_0_*', '--pad', '0.5', '--seed', '1'],
]
const LFW_MFR = [
  ...[join(data, 'lfw'), '--protocol', 'mfr', '--mask', 'random', '--seed', '1'],
  ...['--name', 'LFW, standard 6,000 pairs'],
]

const SEARCH = [
  ...[join(data, 'lfw'), '--protocol', 'identification', '--mask', 'random', '--seed', '1', '--name', 'LFW'],
]

const RUNS: Readonly<Record<string, Run>> = {
  'lfw-mfr': {
    title: 'LFW, synthetic masks of every realistic kind',
    about:
      'The standard 6,000 pairs; masks are drawn on the 250x250 photos, then faces are found, aligned and embedded. UMR-UMP: no mask; UMR-MP: the second photo of each pair masked; MR-MP: both. No correction for masks. The shipped calibrations for --unmask never are made from this run.',
    argv: [...LFW_MFR, '--unmask', 'never'],
    calibration: CALIBRATION,
  },
  'lfw-mfr-auto': {
    title: 'The same with the correction for masks, where one is found',
    about:
      'As xfmr works by default: faces on which the worn-mask detector finds a mask are corrected, others are not; a bare face meets a corrected one by its counterpart. UMR-UMP(always): what the correction would cost bare faces. The shipped calibrations for --unmask auto are made from this run.',
    argv: [...LFW_MFR, '--unmask', 'auto'],
    correction: true,
    calibration: CALIBRATION_UNMASK,
  },
  'lfw-mfr-always': {
    title: 'The same with the correction on every face',
    about: 'All photos go through the correction, with thresholds measured on corrected bare faces.',
    argv: [...LFW_MFR, '--unmask', 'always'],
    correction: true,
  },
  'lfw-mfr-xcos': {
    title: 'The same, scored by the explainable cosine',
    about:
      'As the run before, with the correction where a mask is found, but pairs are scored by xCos instead of the cosine. The shipped calibrations for --score xcos are made from this run.',
    argv: [...LFW_MFR, '--unmask', 'auto', '--score', 'xcos'],
    correction: true,
    calibration: CALIBRATION_XCOS,
  },
  rmfrd: {
    title: 'RMFRD, real masks',
    about:
      'Photos whose name starts with 0_0_ (frontal, sharp), every photo against every other one, with grey around them by half their size, since the crops are tight. Many labels are wrong and some masks sit on the chin, so differences count, not levels.',
    argv: [...RMFRD, '--unmask', 'never'],
  },
  'rmfrd-auto': {
    title: 'RMFRD, with the correction where a mask is found',
    about:
      'The same photos; the corrected ones are those on which the worn-mask detector finds a mask. Bare faces meet them by their counterparts.',
    argv: [...RMFRD, '--unmask', 'auto'],
    correction: true,
  },
  'rmfrd-always': {
    title: 'RMFRD, with the correction on every face',
    about: 'The same photos, all of them through the correction.',
    argv: [...RMFRD, '--unmask', 'always'],
    correction: true,
  },
  'lfw-nist': {
    title: 'LFW, flat masks by coverage',
    about:
      'The design of NIST FRVT part 6: the second photo wears a flat synthetic mask, the threshold is fixed at FMR 0.1 % on all unmasked pairs. Masked pairs are those of three folds of ten.',
    argv: [
      ...[join(data, 'lfw'), '--protocol', 'nist', '--folds', '1,2,3', '--seed', '1'],
      ...['--unmask', 'never'],
    ],
  },
  'lfw-search': {
    title: 'LFW, one face among many',
    about:
      'Identification: everybody with two photos or more is enrolled with the first one; their other photos are searched for (mated), and the photos of everybody else (unmated). Masks are drawn on the probes. No correction for masks. The shipped calibration for searches with --unmask never is made from this run.',
    argv: [...SEARCH, '--unmask', 'never'],
    calibration: CALIBRATION.replace('.json', '-search.json'),
  },
  'lfw-search-auto': {
    title: 'The same with the correction for masks, where one is found: one face among many',
    about:
      'As xfmr searches by default. The shipped calibration for searches with --unmask auto is made from this run.',
    argv: [...SEARCH, '--unmask', 'auto'],
    correction: true,
    calibration: CALIBRATION_UNMASK.replace('.json', '-search.json'),
  },
}

/** Methods of `xfmr train unmask` beside the shipped one, where `npm run bench:unmask-methods` has trained them. */
const METHODS = ['eum-triplet', 'eum-srt', 'eum-cosine', 'head'] as const
const correctionOf = (method: string): string => join('runs', 'methods', method, 'unmask.onnx')
const trainedMethods = METHODS.filter(method => existsSync(correctionOf(method)))

/** All methods on the same masked pairs, those of three folds of ten. */
const METHOD_RUNS: Readonly<Record<string, Run>> = Object.fromEntries(
  [
    ['none', ['--unmask', 'never']] as const,
    ...trainedMethods.map(
      method => [method, ['--unmask', 'auto', '--unmask-model', correctionOf(method)]] as const,
    ),
    ['deep', ['--unmask', 'auto', '--unmask-model', join('models', 'unmask.onnx')]] as const,
    ['shipped', ['--unmask', 'auto']] as const,
  ].flatMap(([method, correction]) => {
    const run = (argv: readonly string[]): Run => ({ title: '', about: '', argv: [...argv, ...correction] })
    const lfw = [`methods-lfw-${method}`, run([...LFW_MFR, '--folds', '1,2,3'])] as const
    // The other two are among the runs above.
    return method === 'none' || method === 'shipped' ? [lfw] : [lfw, [`methods-rmfrd-${method}`, run(RMFRD)]]
  }),
)

/** Runs that differ in the correction only, compared pair by pair. */
const DIFFERENCES = [
  ['lfw-mfr', 'lfw-mfr-auto'],
  ['rmfrd', 'rmfrd-auto'],
] as const

const measure = async (name: string, { argv, calibration }: Run): Promise<void> => {
  console.error(`${name} ...`)
  const start = performance.now()
  const made = join('runs', name, 'calibration.json')
  rmSync(made, { force: true })
  const outputs = ['--out', join('runs', name), ...(calibration ? ['--calibration', made] : [])]
  const code = await main(['evaluate', ...argv, ...outputs], {
    out: () => {},
    err: text => void process.stderr.write(text),
    interactive: Boolean(process.stderr.isTTY),
  })
  if (code !== 0) process.exit(code)
  if (calibration) copyFileSync(made, calibration)
  console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
}

/** A section of the file as it was, by its title. */
const sectionBefore = (title: string): string[] => {
  const start = fileBefore.indexOf(`\n## ${title}\n`)
  if (start < 0) return []
  const end = fileBefore.indexOf('\n## ', start + 1)
  return [
    ...fileBefore
      .slice(start + 1, end < 0 ? undefined : end)
      .trimEnd()
      .split('\n'),
    '',
  ]
}

const readRun = (name: string): EvaluationResult | undefined => {
  const path = join('runs', name, 'result.json')
  return existsSync(path) ? evaluationResult.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
}

const points = (value: number): string => signed(value * 100, 2)

/** Takes minutes for RMFRD, so it is kept beside the second run until one of the two is measured again. */
const differenceOf = async (folders: readonly [string, string]): Promise<RunDifference> => {
  const kept = join(folders[1], 'difference.json')
  const made = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0)
  if (folders.every(folder => made(join(folder, 'result.json')) < made(kept))) {
    return runDifference.parse(JSON.parse(readFileSync(kept, 'utf8')))
  }
  const { json } = await compareRuns(folders, undefined, { resamples: 1000, seed: '1' })
  writeFileSync(kept, JSON.stringify(json))
  return runDifference.parse(json)
}

const differenceSections = async ([before, after]: (typeof DIFFERENCES)[number]): Promise<string[]> => {
  const folders = [join('runs', before), join('runs', after)] as const
  const title = `${RUNS[before]!.title}: what the correction changes`
  if (!folders.every(folder => existsSync(join(folder, 'result.json')))) return sectionBefore(title)
  const { settings, gaps } = await differenceOf(folders)
  const line = (label: string, { first, second, difference, interval }: Change, more: string): string =>
    row([
      label,
      percent(first),
      percent(second),
      `${points(difference)}${interval ? ` [${points(interval[0])}, ${points(interval[1])}]` : ''}`,
      more,
    ])
  return [
    `## ${title}`,
    '',
    'The same pairs without and with the correction; differences in points of per cent, intervals from common draws of people.',
    '',
    row(['', 'without', 'with', 'difference', 'share of the first']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...settings.flatMap(({ name, differences: { eer, fmr1000, accuracy } }) => [
      ...(accuracy ? [line(`${name}, accuracy`, accuracy, '')] : []),
      line(`${name}, EER`, eer!, ''),
      line(`${name}, FNMR at FMR 0.1 %`, fmr1000!, ''),
    ]),
    ...gaps.map(({ masked, bare, relative, ...change }) => {
      const range = relative?.interval?.map(percentSigned).join(', ')
      const share = relative ? `${percentSigned(relative.change)}${range ? ` [${range}]` : ''}` : ''
      return line(`EER, ${masked} less ${bare}`, change, share)
    }),
    '',
  ]
}

type Change = RunDifference['differences'][string]

const percentSigned = (value: number): string => `${signed(value * 100, 1)} %`

/** One row a method and setting: which correction is worth what. */
const methodsSection = (): string[] => {
  const runs = [
    ['none', 'methods-lfw-none', 'rmfrd'],
    ...trainedMethods.map(method => [method, `methods-lfw-${method}`, `methods-rmfrd-${method}`] as const),
    ['deep', 'methods-lfw-deep', 'methods-rmfrd-deep'],
    ['deep, counterparts (shipped)', 'methods-lfw-shipped', 'rmfrd-auto'],
  ] as const
  const measured = runs.flatMap(([method, ...names]) =>
    names.flatMap(name => {
      const result = readRun(name)
      return (result?.settings ?? []).map(setting => ({ method, name, setting }))
    }),
  )
  const title = 'Methods of correcting masked faces'
  const known = new Set(measured.map(({ name }) => name))
  if (runs.length < 3 || runs.some(([, ...names]) => names.some(name => !known.has(name))))
    return sectionBefore(title)
  const order = [...new Set(measured.map(({ setting }) => setting.name))]
  const line = ({ method, name, setting }: (typeof measured)[number]): string =>
    row([
      `${name.includes('lfw') ? 'LFW' : 'RMFRD'} ${setting.name}`,
      method,
      rate(setting, 'eer', setting.eer),
      rate(setting, 'fmr100', setting.fmr100),
      rate(setting, 'fmr1000', setting.fmr1000),
      rate(setting, 'at.unmaskedFmr1000.fnmr', setting.atUnmaskedThreshold?.fnmr),
      setting.gMean?.toFixed(3) ?? '',
      setting.iMean?.toFixed(3) ?? '',
      setting.fdr?.toFixed(2) ?? '',
    ])
  return [
    `## ${title}`,
    '',
    'Trained by `npm run bench:unmask-methods` and, the shipped one, by the command in models/unmask.md, all on the same views of the same photos; `eum-*` is the published Embedding Unmasking Model with three losses. Masked faces take the correction where the worn-mask detector finds a mask; in the last row of each setting bare faces meet them by their counterparts (models/counterpart.md). UMR-UMP(always) sends bare faces through it. Masked LFW pairs are those of three folds of ten, thresholds come from all.',
    '',
    row([
      'setting',
      'method',
      'EER',
      'FNMR at FMR 1 %',
      'FNMR at FMR 0.1 %',
      'FNMR at the unmasked threshold',
      'G-mean',
      'I-mean',
      'FDR',
    ]),
    row(['---', '---', ...Array.from({ length: 7 }, () => '---:')]),
    ...order.flatMap(wanted => measured.filter(({ setting }) => setting.name === wanted).map(line)),
    '',
  ]
}

const sections = (name: string, { title, about, argv }: Run): string[] => {
  const result = readRun(name)
  if (!result) return sectionBefore(title)
  const cells = result.settings.some(({ cell }) => cell)
  const command = argv.map(word => (/[\s*]/.test(word) ? `'${word}'` : word)).join(' ')
  return [
    `## ${title}`,
    '',
    about,
    '',
    `    xfmr evaluate ${command}`,
    '',
    ...(result.identification
      ? searchesTable(result.identification)
      : cells
        ? cellsTable(result)
        : settingsTable(result)),
    '',
    photosLine(result),
    ...(cells ? ['', '![FNMR by coverage of the nose](results-coverage.svg)'] : []),
    '',
  ]
}

if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}; set XFMR_DATA`)
  process.exit(0)
}
const [mode] = process.argv.slice(2)
const wanted = mode === '--no-runs' ? [] : process.argv.slice(2)
const all = { ...RUNS, ...METHOD_RUNS }
const unknown = wanted.find(name => !(name in all))
if (unknown !== undefined) {
  console.error(`There is no run ${unknown}; runs: ${Object.keys(all).join(', ')}.`)
  process.exit(2)
}
const hasCorrection = (await ownModelIfAny('unmask')) !== undefined
for (const [name, run] of Object.entries(all)) {
  if (run.correction && !hasCorrection) continue
  if (mode === undefined || wanted.includes(name)) await measure(name, run)
}
const text = [
  '# Results',
  '',
  'Written by `npm run results` (bench/results.ts); do not edit. Default models. Values in brackets are 95 %',
  'intervals. Definitions: metrics.md. Masks that were drawn are called synthetic: real ones are harder.',
  'FNMR at "the unmasked threshold" is what users meet, since nobody changes a threshold for masks.',
  '',
  ...Object.entries(RUNS).flatMap(([name, run]) => sections(name, run)),
  ...methodsSection(),
  ...(await Promise.all(DIFFERENCES.map(differenceSections))).flat(),
]
writeFileSync('docs/results.md', plain(`${text.join('\n').trimEnd()}\n`))
const plot = join('runs', 'lfw-nist', 'coverage.svg')
if (existsSync(plot)) writeFileSync('docs/results-coverage.svg', readFileSync(plot))
console.error('docs/results.md')
