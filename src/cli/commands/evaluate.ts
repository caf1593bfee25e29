import packageJson from '../../../package.json' with { type: 'json' }
import { type EvaluationResult, evaluationResult } from '../../evaluation/result.ts'
import type { Xfmr } from '../../xfmr.ts'
import { command } from '../_command.ts'
import { EVALUATE_ARGS, wishesOf } from '../_evaluation-options.ts'
import { networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'evaluate',
  description: SUMMARIES.evaluate,
  examples: [
    ['xfmr evaluate lfw --out report', 'the LFW protocol on a folder with pairs.txt and images'],
    ['xfmr evaluate pairs.csv --protocol pairs --json', 'any list of pairs (columns a, b, same), as JSON'],
    ['xfmr evaluate --compare run1 run2', 'how two systems differ on the same pairs, with paired intervals'],
    [
      'xfmr evaluate lfw --protocol mfr --out masked',
      'the same pairs with synthetic masks on one or both photos',
    ],
    ['xfmr evaluate lfw --protocol nist --folds 1', 'flat masks: how errors grow with what they cover'],
    ['xfmr evaluate rmfrd --protocol folder --pad 0.5', 'real masks, every photo against every other one'],
    [
      'xfmr evaluate lfw --protocol faithfulness --methods layercam,gradcam,centre',
      'how far the maps of explanation methods can be trusted',
    ],
    ['xfmr evaluate lfw --calibration lfw.json', 'also keep the scores as a calibration for compare'],
    [
      'xfmr evaluate lfw --protocol mfr --score xcos --calibration xcos.json',
      'the same for compare --score xcos',
    ],
  ],
  args: EVALUATE_ARGS,
  run: async (args, terminal) => {
    const wishes = wishesOf(args)
    if (args.compare !== undefined) {
      const { compareRuns } = await import('../_run-difference.ts')
      return compareRuns([args.compare, args.dataset], args.setting, wishes)
    }
    if (wishes.protocol === 'faithfulness') {
      const { runFaithfulness } = await import('../_faithfulness.ts')
      return runFaithfulness(args, wishes, terminal)
    }
    const { openDataset, runProtocol } = await import('../_protocols.ts')
    const dataset = await openDataset(args.dataset, wishes)
    const { openForCli } = await import('../_open.ts')
    const xfmr = await openForCli(terminal, networkOptions(args))
    const run = await runProtocol(wishes, dataset, xfmr, terminal)
    const result: EvaluationResult = evaluationResult.parse({
      version: packageJson.version,
      // A search compares embeddings as they are, as galleries do.
      pipeline: wishes.protocol === 'identification' ? xfmr.pipeline : xfmr.scoreId(wishes.score),
      dataset: args.dataset,
      date: wishes.date,
      face: wishes.face,
      failurePolicy: wishes.failurePolicy,
      ...unmasking(xfmr),
      intervals: { level: 0.95, resamples: wishes.resamples, seed: args.seed },
      ...run.result,
    })
    const { evaluationText, writeCalibration, writeReport } = await import('../_evaluation.ts')
    if (args.calibration !== undefined) await writeCalibration(args.calibration, wishes, result, run)
    if (args.out !== undefined) await writeReport(args.out, wishes, dataset, xfmr, result, run)
    await xfmr.release()
    return { json: result, text: evaluationText(result, args.out) }
  },
})

// --- internal ---

const unmasking = ({ unmask, models }: Xfmr): Pick<EvaluationResult, 'unmasking'> => {
  const model = models.find(({ role }) => role === 'unmask')
  if (unmask === 'never' || !model) return {}
  return { unmasking: { mode: unmask, name: model.name, sha256: model.sha256 } }
}
