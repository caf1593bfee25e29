import type { ParsedArgs } from 'citty'
import { XfmrError } from '../errors.ts'
import type { Measured } from '../explanation/faithfulness/measure.ts'
import type { FaithfulnessResult } from '../explanation/faithfulness/result.ts'
import { numberOption, type Outcome, type Terminal } from './_command.ts'
import type { EVALUATE_ARGS, Wishes } from './_evaluation-options.ts'
import { networkOptions } from './_faces.ts'
import { progress } from './_progress.ts'
import { table } from './_table.ts'

/** `xfmr evaluate --protocol faithfulness`: measures explanation methods, and goes on where an earlier run ended. */
export const runFaithfulness = async (
  args: ParsedArgs<typeof EVALUATE_ARGS>,
  { seed, photos, cache, name, date }: Wishes,
  terminal: Terminal,
): Promise<Outcome> => {
  const whole = { integer: true, min: 1, max: 1e6 }
  const pairs = numberOption('pairs', args.pairs, { ...whole, fallback: 24 })
  const budget = numberOption('budget', args.budget, { fallback: Number.POSITIVE_INFINITY, min: 0 })
  const { measureFaithfulness, STUDIED, studySize } = await import(
    '../explanation/faithfulness/node/result.ts'
  )
  const methods = await chosen(args.methods, STUDIED)
  const [{ openPairDataset }, { openForCli }, { defaultHome }, { join }] = await Promise.all([
    import('../evaluation/node/dataset.ts'),
    import('./_open.ts'),
    import('../models/node.ts'),
    import('node:path'),
  ])
  const dataset = await openPairDataset(args.dataset, photos === undefined ? {} : { photos })
  const xfmr = await openForCli(terminal, networkOptions(args))
  const bar = await progress(terminal, 'measure', 0)
  const result = await measureFaithfulness({
    xfmr,
    unmaskModel: args['unmask-model'],
    ...dataset,
    methods,
    size: studySize(pairs),
    seed,
    work: cache ?? join(defaultHome(), 'faithfulness'),
    budget,
    dataset: name ?? args.dataset,
    date,
    onProgress: (done, total) => bar.update(done, total),
  }).finally(() => bar.stop())
  await xfmr.release()
  if (args.out !== undefined) {
    const [{ writeFolder }, { faithfulnessPage }] = await Promise.all([
      import('./_folder.ts'),
      import('../report/faithfulness/page.ts'),
    ])
    await writeFolder(args.out, {
      'result.json': `${JSON.stringify(result)}\n`,
      'faithfulness.md': faithfulnessPage(result, `xfmr evaluate ${args.dataset} --protocol faithfulness`),
    })
  }
  return { json: result, text: faithfulnessText(result, args.out) }
}

// --- internal ---

/** @throws XfmrError `E_USAGE` naming the methods that there are */
const chosen = async (list: string | undefined, all: readonly string[]): Promise<Measured[]> => {
  const { measuredMethod } = await import('../explanation/faithfulness/plan.ts')
  const names = list === undefined ? all : list.split(',').map(name => name.trim())
  return names.map(name => {
    const found = measuredMethod(name)
    if (found) return found
    throw new XfmrError(
      'E_USAGE',
      `There is no method "${name}". --methods takes ${all.join(', ')}; or a CAM with another layer, as hirescam@14x14.`,
    )
  })
}

const faithfulnessText = (result: FaithfulnessResult, out: string | undefined): string => {
  const { methods, best, threshold, cutShort, failed } = result
  const rows = methods.flatMap(({ id, cost, sanity, conditions }) =>
    Object.entries(conditions).map(([condition, { deletion, insertion, road }]) => [
      id,
      condition,
      deletion.pairs,
      Number((100 * deletion.value).toFixed(1)),
      Number((100 * insertion.value).toFixed(1)),
      Number(road.value.toFixed(3)),
      Number(cost.toFixed(1)),
      sanity === undefined ? '' : sanity.passed ? 'passed' : 'FAILS',
    ]),
  )
  return [
    `faithfulness on ${result.dataset}: accepted from a cosine of ${threshold.toFixed(3)} on`,
    '',
    table(['method', 'condition', 'pairs', 'deletion %', 'insertion %', 'ROAD', 'cost', 'sanity'], rows),
    '',
    best === null ? 'No cheap method passed the sanity check.' : `Most faithful cheap method: ${best}`,
    ...(failed.length > 0 ? [`Pairs without a usable face: ${failed.length}`] : []),
    ...(cutShort ? ['Time was up before everything was measured: run it again to go on.'] : []),
    ...(out === undefined ? [] : [`Written to ${out}`]),
  ].join('\n')
}
