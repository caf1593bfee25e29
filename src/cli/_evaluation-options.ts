import { availableParallelism } from 'node:os'
import type { ArgsDef, ParsedArgs } from 'citty'
import { XfmrError } from '../errors.ts'
import type { Condition } from '../evaluation/calibration.ts'
import type { DrawnMask } from '../evaluation/protocols/verification.ts'
import type { FaceChoice } from '../face/choose.ts'
import { COLOURS, parseColour, parseType } from '../masking/recipe.ts'
import { choiceOption, numberOption } from './_command.ts'
import { JOBS_OPTION, NETWORK_OPTIONS } from './_faces.ts'

const PROTOCOLS = ['lfw', 'pairs', 'mfr', 'nist', 'folder', 'identification', 'faithfulness'] as const
const CONDITIONS = ['bare-bare', 'bare-masked', 'masked-masked'] as const

/** The options of `xfmr evaluate`. */
export const EVALUATE_ARGS = {
  dataset: {
    type: 'positional',
    required: true,
    description:
      'Folder with pairs.txt, pairs.csv or (protocol folder) index.csv or a folder a person; or such a list',
  },
  compare: {
    type: 'string',
    valueHint: 'RUN',
    description: 'Compare two folders written with --out: --compare RUN1 RUN2',
  },
  setting: {
    type: 'string',
    valueHint: 'NAME',
    description: 'Of --compare: only this setting (default: all that both runs have)',
  },
  protocol: {
    type: 'string',
    default: 'lfw',
    valueHint: PROTOCOLS.join('|'),
    description:
      'lfw: unmasked pairs in folds, with accuracy; pairs: any list; mfr: masks drawn on none, one, both of each pair; nist: flat masks by shape, coverage and colour; folder: real masks, all against all; identification: one photo a person enrolled, the others searched for, bare and masked',
  },
  score: {
    type: 'string',
    default: 'cosine',
    valueHint: 'cosine|xcos',
    description: 'What pairs are scored by: the cosine, or the explainable cosine (keeps no embeddings)',
  },
  photos: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder of the photos (default: images beside the list, or its folder)',
  },
  name: {
    type: 'string',
    valueHint: 'TEXT',
    description: 'What to call the data set in calibrations (default: the name of its folder or list)',
  },
  mask: {
    type: 'string',
    valueHint: 'TYPE',
    description: 'Of mfr and identification: random (default), random-flat, or a type of "xfmr mask"',
  },
  colours: {
    type: 'string',
    valueHint: 'LIST',
    description: 'Of protocol nist: colours with commas between (default black,light-blue)',
  },
  folds: {
    type: 'string',
    valueHint: 'LIST',
    description: 'Of mfr and nist: masked pairs of these folds only, as 1,2; thresholds come from all folds',
  },
  pad: {
    type: 'string',
    valueHint: 'SHARE',
    description: 'Put grey around every photo, this share of its size on each side: for tight crops',
  },
  include: {
    type: 'string',
    valueHint: 'PATTERN',
    description: 'Of protocol folder: only photos whose file name fits, as 0_0_*',
  },
  masked: {
    type: 'string',
    valueHint: 'PATTERN',
    description: 'Of protocol folder, without a list: photos whose file name fits wear a mask',
  },
  out: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Write report.html, result.json and the scores as CSV here',
  },
  calibration: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Write the scores as a calibration for compare; mfr writes all three conditions',
  },
  condition: {
    type: 'string',
    valueHint: CONDITIONS.join('|'),
    description: 'Of protocol pairs: how many of the two faces wear a mask',
  },
  synthetic: { type: 'boolean', description: 'Of protocol pairs: the masks were drawn onto the photos' },
  face: {
    type: 'string',
    default: 'central',
    valueHint: 'central|largest|only',
    description: 'Which face to take from a photo that shows several; only: such a photo fails',
  },
  failures: {
    type: 'string',
    default: 'reject',
    valueHint: 'reject|exclude',
    description: 'Comparisons without a usable face: turned away, or left out of the rates',
  },
  resamples: { type: 'string', valueHint: 'N', description: 'Resamples behind the intervals (default 1000)' },
  seed: {
    type: 'string',
    default: '1',
    description: 'Number or word that fixes the drawn masks and the resampling',
  },
  cache: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder that keeps embeddings (default: embeddings in XFMR_HOME)',
  },
  fresh: { type: 'boolean', description: 'Embed every photo anew, and keep nothing' },
  methods: {
    type: 'string',
    valueHint: 'LIST',
    description:
      'Of protocol faithfulness: methods of "xfmr explain", with commas between; hirescam@14x14 is one at another layer (default all)',
  },
  pairs: {
    type: 'string',
    valueHint: 'N',
    description:
      'Of protocol faithfulness: how many pairs of one person (default 24); others are derived from it',
  },
  budget: {
    type: 'string',
    valueHint: 'SECONDS',
    description:
      'Of protocol faithfulness: begin nothing new after this time; the next run goes on from there',
  },
  ...NETWORK_OPTIONS,
  jobs: JOBS_OPTION,
} as const satisfies ArgsDef

export type Wishes = ReturnType<typeof wishesOf>

/** Reads the options. @throws XfmrError `E_USAGE` for values that make no sense, alone or with the protocol */
export const wishesOf = (args: ParsedArgs<typeof EVALUATE_ARGS>) => {
  const protocol = choiceOption('protocol', args.protocol, PROTOCOLS)
  for (const [option, protocols] of Object.entries(ONLY_FOR)) {
    if (args[option as keyof typeof ONLY_FOR] && !(protocols as readonly string[]).includes(protocol)) {
      throw new XfmrError(
        'E_USAGE',
        option === 'condition' || option === 'synthetic'
          ? `The protocol ${protocol} knows itself where masks are: --condition and --synthetic go with --protocol pairs.`
          : `--${option} goes with --protocol ${protocols.join(' or ')}, not with ${protocol}.`,
      )
    }
  }
  const score = choiceOption('score', args.score, ['cosine', 'xcos'])
  if (score === 'xcos' && protocol === 'folder') {
    throw new XfmrError('E_USAGE', 'The protocol folder compares all against all, by cosine only.')
  }
  if (score === 'xcos' && protocol === 'identification') {
    throw new XfmrError('E_USAGE', 'The protocol identification searches by cosine only.')
  }
  const stated = args.condition === undefined ? null : choiceOption('condition', args.condition, CONDITIONS)
  const condition: Condition | null = protocol === 'lfw' ? 'bare-bare' : stated
  if (args.calibration !== undefined && protocol === 'pairs' && condition === null) {
    throw new XfmrError('E_USAGE', 'A calibration is made for one condition: say which with --condition.')
  }
  if (args.setting !== undefined && args.compare === undefined) {
    throw new XfmrError('E_USAGE', '--setting goes with --compare.')
  }
  const face = choiceOption('face', args.face, ['central', 'largest', 'only'])
  const choice: FaceChoice | undefined = face === 'only' ? undefined : face
  const mask: DrawnMask = { type: parseType(args.mask ?? 'random') }
  const whole = { integer: true, min: 1 }
  return {
    protocol,
    score,
    condition,
    synthetic: args.synthetic ?? false,
    face,
    choice,
    mask,
    colours: args.colours?.split(',').map(colourOf),
    folds: args.folds
      ?.split(',')
      .map(text => numberOption('folds', text, { ...whole, fallback: 1, max: 9999 })),
    pad: numberOption('pad', args.pad, { fallback: 0, min: 0, max: 4 }),
    include: args.include,
    masked: args.masked,
    photos: args.photos,
    name: args.name,
    failurePolicy: choiceOption('failures', args.failures, ['reject', 'exclude']),
    resamples: numberOption('resamples', args.resamples, { ...whole, fallback: 1000, min: 10, max: 1e6 }),
    seed: args.seed,
    jobs: numberOption('jobs', args.jobs, { ...whole, fallback: availableParallelism(), max: 256 }),
    cache: args.cache,
    fresh: args.fresh ?? false,
    date: new Date().toISOString().slice(0, 10),
  }
}

// --- internal ---

const ONLY_FOR = {
  methods: ['faithfulness'],
  pairs: ['faithfulness'],
  budget: ['faithfulness'],
  condition: ['pairs'],
  synthetic: ['pairs'],
  mask: ['mfr', 'identification'],
  colours: ['nist'],
  folds: ['mfr', 'nist'],
  pad: ['lfw', 'pairs', 'folder'],
  include: ['folder'],
  masked: ['folder'],
  calibration: ['lfw', 'pairs', 'mfr', 'identification'],
} as const

/** A name stays a name, so that results can be read. */
const colourOf = (text: string): string => {
  const colour = text.trim().toLowerCase()
  return Object.hasOwn(COLOURS, colour) ? colour : parseColour(colour)
}
