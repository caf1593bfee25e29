import { join } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { choiceOption, command, numberOption } from '../_command.ts'
import { FACE_OPTION, faceOption, NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'compare',
  description: SUMMARIES.compare,
  examples: [
    ['xfmr compare a.jpg b.jpg', 'verdict, error rates and where the score came from'],
    ['xfmr compare a.jpg b.jpg --out report', 'also report/report.html with all pictures, and result.json'],
    ['xfmr compare a.jpg group.jpg --face-b largest', 'choose among several faces'],
    ['xfmr compare a.jpg b.jpg --score xcos', 'let the explainable cosine decide'],
    ['xfmr compare a.jpg b.jpg --fmr 1e-2 --json', 'another false match rate, as JSON'],
  ],
  args: {
    a: { type: 'positional', required: true, description: 'First photo' },
    b: { type: 'positional', required: true, description: 'Second photo' },
    face: FACE_OPTION,
    'face-a': { ...FACE_OPTION, description: 'The same for the first photo only' },
    'face-b': { ...FACE_OPTION, description: 'The same for the second photo only' },
    score: {
      type: 'string',
      default: 'cosine',
      valueHint: 'cosine|xcos',
      description: 'What the verdict rests on: the cosine of the whole faces, or the explainable cosine',
    },
    threshold: {
      type: 'string',
      valueHint: 'N',
      description: 'Score from which two faces are the same person (default: what --fmr gives)',
    },
    fmr: {
      type: 'string',
      valueHint: 'RATE',
      description: 'Share of pairs of different people that may pass (default 0.001)',
    },
    calibration: {
      type: 'string',
      valueHint: 'FILE',
      description:
        'Error rates as "xfmr evaluate --calibration" wrote them (default: those that ship with xfmr)',
    },
    ...NETWORK_OPTIONS,
    explain: {
      type: 'boolean',
      default: true,
      description: 'Explain the score as well',
      negativeDescription: 'Only the verdict: several times faster',
    },
    out: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Write report.html, result.json and pictures here',
    },
  },
  run: async (args, terminal) => {
    if (args.threshold !== undefined && args.fmr !== undefined) {
      throw new XfmrError('E_USAGE', 'Give either --threshold or --fmr: one follows from the other.')
    }
    const wanted =
      args.threshold === undefined
        ? { fmr: numberOption('fmr', args.fmr, { fallback: 1e-3, min: 0, max: 1 }) }
        : { threshold: numberOption('threshold', args.threshold, { fallback: 0, min: -1, max: 1 }) }
    const options = networkOptions(args)
    const score = choiceOption('score', args.score, ['cosine', 'xcos'])
    const face = faceOption(args.face)
    const faceA = faceOption(args['face-a'], 'face-a') ?? face
    const faceB = faceOption(args['face-b'], 'face-b') ?? face
    const { readPhoto } = await import('../../image/node.ts')
    const photos = [await readPhoto(args.a), await readPhoto(args.b)] as const
    const [{ cliStore }, { openForCli }, { comparePhotos, comparisonText, openCalibrations }] =
      await Promise.all([import('../_store.ts'), import('../_open.ts'), import('../_compare.ts')])
    const xfmr = await openForCli(terminal, options)
    const calibrations = await openCalibrations(xfmr.scoreId(score), args.calibration)
    const { explain, out } = args
    const { result, reportTime } = await comparePhotos({ xfmr, store: cliStore(terminal) }, photos, {
      ...wanted,
      faceA,
      faceB,
      score,
      explain,
      out,
      calibrations,
    })
    return {
      json: result,
      text: comparisonText(result, {
        reportTime,
        report: out === undefined ? undefined : join(out, 'report.html'),
      }),
      exitCode: result.verdict === 'same' ? 0 : 1,
    }
  },
})
