import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import { BASELINES } from '../explanation/method-options.ts'
import { METHOD_IDS, type MethodId } from '../explanation/methods.ts'
import { TARGETS } from '../explanation/target.ts'
import { FABRIC_PATTERNS } from '../masking/patterns.ts'
import { COVERAGES, parseColour, parseType } from '../masking/recipe.ts'
import { SCORES } from '../xfmr.ts'
import type { ExplainWishes, MaskOrder, Verdict } from './task.ts'

/** Seconds that methods with samples may take at most. */
const LONGEST_EXPLANATION = 60

/** Options that several endpoints share, named as on the command line. */
export const faceField = z
  .union([z.enum(['largest', 'central']), z.int().nonnegative()])
  .optional()
  .describe('Which face to take from a photo that shows several')

export const verdictFields = {
  face: faceField,
  faceA: faceField.describe('The same for the first photo only'),
  faceB: faceField.describe('The same for the second photo only'),
  score: z.enum(SCORES).optional().describe('What the verdict rests on (default cosine)'),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe('Score from which two faces are the same person (default: what fmr gives)'),
  fmr: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Share of pairs of different people that may pass (default 0.001)'),
  explain: z
    .boolean()
    .optional()
    .describe('Explain the score as well: takes several times longer (default false)'),
}

export const explainFields = {
  face: faceField,
  methods: z
    .array(z.enum(METHOD_IDS as [MethodId, ...MethodId[]]))
    .max(12)
    .optional()
    .describe(
      'Ways to explain (default layercam); several passes through the network each, black-box ones thousands',
    ),
  layers: z.array(z.string().max(200)).max(40).optional().describe('Layers by size (14x14) or name'),
  channels: z.int().min(0).max(10_000).optional().describe('How many of the strongest channels (default 10)'),
  target: z.enum(TARGETS).optional().describe('What to explain (default: as the method likes best)'),
  samples: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Changed photos, noisy copies or steps of a method'),
  seed: z.int().optional().describe('Of everything random (default 1)'),
  baseline: z.enum(BASELINES).optional().describe('Where paths through photos start (default black)'),
  seconds: z
    .number()
    .min(0.1)
    .max(LONGEST_EXPLANATION)
    .optional()
    .describe('Methods with samples stop after this time with what they have (default 20)'),
}

export const detectFields = {
  threshold: z.number().min(0).max(1).optional().describe('Lowest score of a face (default 0.5)'),
}

export const maskFields = {
  type: z.string().max(40).optional().describe('Kind of mask, see "xfmr mask --help" (default random)'),
  coverage: z.enum(COVERAGES).optional().describe('How high it is worn'),
  colour: z.string().max(40).optional().describe('A name or #rrggbb'),
  pattern: z.enum(FABRIC_PATTERNS).optional(),
  seed: z
    .union([z.string().max(200), z.number()])
    .optional()
    .describe('Fixes all random choices, together with the name of the photo (default 0)'),
  face: z
    .union([z.enum(['all', 'largest', 'central']), z.int().nonnegative()])
    .optional()
    .describe('Which faces get a mask (default all)'),
  aligned: z.boolean().optional().describe('The photo is a face aligned to the ArcFace template'),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("Quality of JPEG, WebP and AVIF (default: the photo's own)"),
}

type Fields<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>

/** @throws XfmrError `E_BAD_REQUEST` for a threshold and a rate at once */
export const wishedVerdict = ({ face, faceA, faceB, ...rest }: Fields<typeof verdictFields>): Verdict => {
  if (rest.threshold !== undefined && rest.fmr !== undefined)
    throw new XfmrError('E_BAD_REQUEST', 'Give either threshold or fmr: one follows from the other.')
  return { ...rest, faceA: faceA ?? face, faceB: faceB ?? face }
}

export const explainWishes = ({
  face,
  seconds = 20,
  ...wanted
}: Fields<typeof explainFields>): ExplainWishes => ({
  face,
  seconds,
  options: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
})

/** @throws XfmrError `E_USAGE` for a type or a colour that does not exist */
export const maskOrder = ({
  type = 'random',
  coverage,
  colour,
  pattern,
  seed = 0,
  face = 'all',
  aligned = false,
  quality,
}: Fields<typeof maskFields>): MaskOrder => ({
  wishes: {
    type: parseType(type),
    coverage,
    colour: colour === undefined ? undefined : parseColour(colour),
    pattern,
  },
  seed: String(seed),
  face,
  aligned,
  quality,
})
