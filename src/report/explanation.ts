import { z } from 'zod'
import type { CellMatches } from '../explanation/cell-matches.ts'
import type { FaceExplanation, PairExplanation } from '../explanation/explainer.ts'
import type { FaithfulnessCondition } from '../explanation/faithfulness/row.ts'
import { sizeLabel } from '../explanation/layers.ts'
import { METHOD_IDS } from '../explanation/methods.ts'
import { targetName } from '../explanation/target.ts'
import type { FloatMap } from '../image/map.ts'
import type { Comparison, EmbeddedFace } from '../xfmr.ts'
import { faceFacts } from './schema.ts'

const cells = z.array(z.array(z.number())).describe('Rows from top to bottom, cells from left to right')

const map = z.object({
  method: z.enum(METHOD_IDS as [string, ...string[]]),
  target: z.string().describe('What was explained'),
  layers: z
    .array(z.object({ layer: z.string(), size: z.string(), map: cells }))
    .describe('Maps of single layers, signed'),
  map: cells.describe('The map of the method, over the whole aligned face'),
  parts: z.record(z.string(), cells).optional().describe('Further maps by name'),
  sum: z
    .object({ found: z.number(), expected: z.number() })
    .optional()
    .describe('Where theory says what the map adds up to: both sides of that equation'),
  cutShort: z.boolean().describe('True when time was up before all samples were drawn'),
  cost: z
    .object({ forward: z.number(), backward: z.number(), partial: z.number() })
    .describe('Passes of photos through the network; partial ones begin at a layer'),
  milliseconds: z.number().nonnegative(),
})

const explainedFace = faceFacts.pick({ photo: true, mask: true, unmasked: true }).extend({
  contributions: cells.describe('What each cell of the last grid added to the score'),
  bias: z.number().describe('What no cell accounts for'),
  channels: z
    .array(
      z.object({
        channel: z.int().nonnegative(),
        contribution: z.number().describe('Signed part of the score'),
        activation: cells,
        contributions: cells,
      }),
    )
    .describe('The channels with the largest contributions, strongest first'),
  filters: z
    .array(
      z.object({
        layer: z.string(),
        size: z.string(),
        channel: z.int().nonnegative(),
        contribution: z.number().describe('Sum of gradient times activation'),
        activation: cells,
        contributions: cells,
      }),
    )
    .optional()
    .describe('Channels that were asked for'),
  maps: z.array(map),
})

const place = z.object({ row: z.int().nonnegative(), column: z.int().nonnegative() })

const correspondence = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  mutual: z.int().nonnegative().describe('How many cells of A are the best match of their best match'),
  samePlace: z.int().nonnegative().describe('How many cells of A have their best match in the same place'),
  shown: z
    .array(
      place.extend({
        contribution: z.number().describe('What the cell added to the score'),
        mutual: z.boolean(),
        best: z.array(place.extend({ cosine: z.number() })).describe('Cells of B, best first'),
      }),
    )
    .describe('The chosen cells of A; row and column from 0'),
  similarity: cells.describe(
    'Cosine of the features of each cell of A (one row each) with each cell of B, less the mean of their face',
  ),
})

/** Explanations of a pair: `xfmr explain --json`. Fields may be added, none will be renamed. */
export const explainResult = z.object({
  pipeline: z.string(),
  cosine: z.number().min(-1).max(1),
  target: z.string().describe('What contributions and channels explain'),
  exact: z.boolean().describe('True: the cells of a face and its bias add up to the cosine'),
  faces: z.tuple([explainedFace, explainedFace]),
  correspondence: correspondence
    .optional()
    .describe('Which cells of the last grid of A look like which of B'),
})

export type ExplainResult = z.infer<typeof explainResult>

/**
 * Puts the explanations of a pair into their JSON form.
 * @param photos Names of the two photos.
 * @param matches Which cells of the two faces are alike, where that is wanted.
 */
export const toExplainResult = (
  { pipeline, a, b }: Pick<Comparison, 'pipeline' | 'a' | 'b'>,
  photos: readonly [string, string],
  explanation: PairExplanation,
  matches?: CellMatches,
): ExplainResult => ({
  pipeline,
  cosine: explanation.cosine,
  target: targetName(explanation.target),
  exact: explanation.exact,
  faces: [faceJson(photos[0], a, explanation.a), faceJson(photos[1], b, explanation.b)],
  ...(matches && { correspondence: matchesJson(matches) }),
})

/** Under which condition the methods have to be judged: the harder one of the two faces. */
export const explainedCondition = ({
  faces,
}: {
  readonly faces: readonly { readonly unmasked: boolean; readonly mask: { readonly worn: boolean } | null }[]
}): FaithfulnessCondition => {
  if (faces.some(({ unmasked }) => unmasked)) return 'corrected'
  return faces.some(({ mask }) => mask?.worn) ? 'masked' : 'unmasked'
}

// --- internal ---

/** All that a float32 has. */
const DIGITS = 8

const rowsOf = ({ width, height, data }: FloatMap): number[][] =>
  Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), value => Number(value.toPrecision(DIGITS))),
  )

const matchesJson = ({
  width,
  height,
  similarity,
  fromA,
  mutual,
  chosen,
}: CellMatches): NonNullable<ExplainResult['correspondence']> => {
  const placeOf = (cell: number) => ({ row: Math.floor(cell / width), column: cell % width })
  const all = width * height
  return {
    width,
    height,
    mutual: mutual.length,
    samePlace: fromA.filter((other, cell) => other === cell).length,
    shown: chosen.map(({ cell, contribution, mutual, best }) => ({
      ...placeOf(cell),
      contribution,
      mutual,
      best: best.map(({ cell: other, cosine }) => ({ ...placeOf(other), cosine })),
    })),
    similarity: rowsOf({ width: all, height: all, data: similarity }),
  }
}

const faceJson = (
  photo: string,
  { mask, unmasked }: EmbeddedFace,
  { contributions, bias, channels, filters, maps }: FaceExplanation,
): ExplainResult['faces'][number] => ({
  photo,
  mask: mask && { worn: mask.worn, probability: mask.probability, state: mask.state },
  unmasked,
  contributions: rowsOf(contributions),
  bias,
  channels: channels.map(share => ({
    channel: share.channel,
    contribution: share.contribution,
    activation: rowsOf(share.activation),
    contributions: rowsOf(share.contributions),
  })),
  ...(filters.length > 0 && {
    filters: filters.map(({ layer, channel, contribution, activation, contributions }) => ({
      layer: layer.name,
      size: sizeLabel(layer),
      channel,
      contribution,
      activation: rowsOf(activation),
      contributions: rowsOf(contributions),
    })),
  }),
  maps: maps.map(({ method, target, layers, map, parts, sum, cutShort = false, cost, milliseconds }) => ({
    method,
    target: targetName(target),
    layers: layers.map(({ layer, map }) => ({ layer: layer.name, size: sizeLabel(layer), map: rowsOf(map) })),
    map: rowsOf(map),
    ...(parts
      ? { parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, rowsOf(part)])) }
      : {}),
    ...(sum ? { sum } : {}),
    cutShort,
    cost: { ...cost },
    milliseconds,
  })),
})
