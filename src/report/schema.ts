import { z } from 'zod'
import { METHOD_IDS, type MethodId } from '../explanation/methods.ts'
import { REGIONS, type RegionName } from '../explanation/regions.ts'
import { MASK_STATES, type MaskState } from '../recognition/mask-worn.ts'

/** The conditions that error rates are given for: with how many of the two faces behind a mask. */
export const CONDITIONS = ['bare-bare', 'bare-masked', 'masked-masked'] as const

const rate = z.number().min(0).max(1)
const interval = z.tuple([rate, rate])
const point = z.tuple([z.number(), z.number()])

const cells = z.array(z.array(z.number())).describe('Rows from top to bottom, cells from left to right')

/** A face in a photo, as results show it. */
export const faceFacts = z.object({
  photo: z.string().describe('Path or name of the photo'),
  box: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .describe('Left, top, width, height in pixels of the photo'),
  score: rate.describe('Confidence of the detector'),
  landmarks: z.array(point).length(68).describe('iBUG 300-W points in pixels of the photo'),
  mask: z
    .object({
      worn: z.boolean().describe('Whether a mask covers the mouth'),
      probability: rate.describe('Probability of that'),
      state: z.enum(MASK_STATES as unknown as [MaskState, ...MaskState[]]),
    })
    .nullable()
    .describe('Whether a face mask is worn; null when that was not looked at'),
  unmasked: z.boolean().describe('Whether the face was embedded with the correction for masks'),
  counterpart: z
    .boolean()
    .describe(
      'Whether the face was compared by what a mask would leave of it, since the other one was corrected',
    ),
})

const threshold = z.object({
  value: z.number().describe('Scores from here up are called the same person'),
  fmr: rate.describe('False match rate: share of pairs of different people that pass'),
  fnmr: rate.describe('False non-match rate: share of pairs of the same person that are turned away'),
  intervals: z.object({ level: rate, fmr: interval, fnmr: interval }),
  condition: z.enum(CONDITIONS),
  calibration: z
    .object({
      name: z.string(),
      date: z.string(),
      synthetic: z.boolean().describe('True when the masks were drawn onto the photos'),
      identities: z.int().nonnegative(),
      genuine: z.int().nonnegative().describe('Number of pairs of the same person'),
      impostor: z.int().nonnegative().describe('Number of pairs of different people'),
      failedToAcquire: z.object({ genuine: z.int().nonnegative(), impostor: z.int().nonnegative() }),
    })
    .describe('The pairs that the rates were measured on'),
})

const regionName = z.enum(REGIONS.map(({ name }) => name) as [RegionName, ...RegionName[]])

const channel = z.object({
  channel: z.int().nonnegative(),
  contribution: z.number().describe('Signed part of the score'),
  activation: cells,
  contributions: cells.describe('The contribution by cell'),
})

/**
 * The result of a comparison: `xfmr compare --json`, `result.json` and the REST answer. Fields may be added, none will be
 * renamed.
 */
export const compareResult = z.object({
  version: z.string().describe('Version of xfmr'),
  verdict: z.enum(['same', 'different']),
  score: z.object({
    cosine: z.number().min(-1).max(1),
    xcos: z
      .number()
      .min(-1)
      .max(1)
      .describe('Explainable cosine: the sum over all cells of similarity times attention'),
    by: z.enum(['cosine', 'xcos']).describe('The score that verdict, threshold and evidence rest on'),
    evidence: z.object({
      fmr: rate.describe('Share of pairs of different people that score as high or higher'),
      fnmr: rate.describe('Share of pairs of the same person that score lower'),
      likelihoodRatio: z
        .number()
        .positive()
        .describe('How many times more often such a score occurs for the same person'),
    }),
  }),
  threshold,
  faces: z.tuple([faceFacts, faceFacts]),
  pipeline: z.string(),
  contributions: z
    .object({
      a: cells,
      b: cells,
      bias: z.object({ a: z.number(), b: z.number() }).describe('What no cell accounts for'),
      exact: z.boolean().describe('True: the cells of a face and its bias add up to the cosine'),
    })
    .optional()
    .describe('What every cell of the last feature grid added to the score; absent with --no-explain'),
  xcos: z
    .object({
      similarity: cells.describe('Cosine of the two faces in each cell, in [-1, 1]'),
      attention: cells.describe('How much each cell counts for this pair; adds up to 1'),
      regions: z.array(z.array(regionName)).describe('The part of the face that fills most of each cell'),
    })
    .describe('The explainable cosine by cell of the last feature grid'),
  regions: z
    .array(
      z.object({
        name: regionName,
        label: z.string(),
        attention: z.number().describe('Its share of the attention'),
        product: z.number().describe('What it added to the explainable cosine'),
        a: z.number().optional().describe('Contributions of face A there; absent with --no-explain'),
        b: z.number().optional().describe('The same of face B'),
      }),
    )
    .describe('Everything added up by parts of the face, as the landmarks place them'),
  channels: z
    .object({ a: z.array(channel), b: z.array(channel) })
    .optional()
    .describe('The channels of the last grid with the largest contributions, strongest first'),
  layers: z
    .array(
      z.object({
        method: z.enum(METHOD_IDS as [MethodId, ...MethodId[]]),
        name: z.string().describe("Name of the layer's value in the ONNX file"),
        nameB: z
          .string()
          .optional()
          .describe('The same for face B, where only one of the faces went through the correction for masks'),
        channels: z.int().positive(),
        a: cells,
        b: cells,
      }),
    )
    .optional()
    .describe('Class activation maps, signed and not scaled, first layer first'),
  models: z.array(
    z.object({
      role: z.enum([
        'detector',
        'landmarks',
        'recogniser',
        'mask-worn',
        'mask-landmarks',
        'unmask',
        'counterpart',
        'xcos',
      ]),
      name: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      licence: z.string(),
      source: z.string(),
    }),
  ),
  timings: z
    .object({
      find: z.number().nonnegative(),
      align: z.number().nonnegative(),
      embed: z.number().nonnegative(),
      xcos: z.number().nonnegative(),
      explain: z.number().nonnegative().optional(),
    })
    .describe('Milliseconds'),
})

export type CompareResult = z.infer<typeof compareResult>

/** A map as JSON has it: rows from top to bottom. */
export type Cells = readonly (readonly number[])[]
