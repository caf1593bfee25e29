import { z } from 'zod'
import type { Face } from '../face/face.ts'
import { COVERAGES, FLAT_TYPES, REAL_TYPES } from '../masking/recipe.ts'
import type { EmbeddedFace } from '../xfmr.ts'
import { faceFacts } from './schema.ts'

// JSON shapes of the single steps, for the command line's lines and the server's answers alike. Fields may be added, none will be renamed.

/** An error as JSON shows it. */
export const errorFacts = z.object({
  code: z.string().describe('Stable, see docs/errors.md'),
  message: z.string().describe('What was wrong with what, and what to do'),
  details: z.record(z.string(), z.unknown()).optional().describe('Facts for programs'),
})

const found = faceFacts.pick({ box: true, score: true, landmarks: true })

/** `xfmr detect --json`, one line a photo. */
export const detectResult = z.object({
  photo: faceFacts.shape.photo,
  faces: z.array(found).describe('Best first; empty where there is none'),
})

/** `xfmr embed`, one line a photo. */
export const embedResult = z.object({
  photo: faceFacts.shape.photo,
  face: found,
  pipeline: z.string().describe('Id of everything that made the embedding; only equal ids can be compared'),
  unmasked: faceFacts.shape.unmasked,
  mask: faceFacts.shape.mask.optional().describe('Whether a face mask is worn, where that was asked for'),
  norm: z
    .number()
    .positive()
    .describe('Length of the vector before it was made a unit vector; low for poor photos'),
  embedding: z.array(z.number()).describe('Unit vector'),
})

const degrees = z.number().describe('Degrees')

/** A mask that was drawn, as `manifest.jsonl` of `xfmr mask` has it. */
export const maskedFace = z.object({
  type: z.enum([...REAL_TYPES, ...FLAT_TYPES]),
  seed: z.string(),
  params: z.object({
    type: z.enum([...REAL_TYPES, ...FLAT_TYPES]),
    coverage: z.enum(COVERAGES),
    colour: z.string(),
    pattern: z.string().nullable(),
    patternSize: z.number(),
    fit: z.record(z.string(), z.number()).describe('How the mask sits, in head units'),
    seed: z.string(),
    yaw: degrees,
    pitch: degrees,
    roll: degrees,
    blur: z.number().optional(),
    noise: z.number().optional(),
  }),
  landmarks: faceFacts.shape.landmarks,
  landmarksFrom: z.enum(['detector', 'aligned', 'file']),
  warning: z.string().optional(),
})

/** A photo with masks on. */
export const maskResult = z.object({
  photo: faceFacts.shape.photo,
  status: z.enum(['masked', 'partly']).describe('partly: some of the faces got no mask, see refused'),
  faces: z.array(maskedFace),
  refused: z.array(errorFacts).optional(),
  mediaType: z.string(),
  image: z.base64().describe('The picture, in the format of the one that came in'),
})

export type DetectResult = z.infer<typeof detectResult>
export type EmbedResult = z.infer<typeof embedResult>
export type MaskedFace = z.infer<typeof maskedFace>
export type MaskResult = z.infer<typeof maskResult>

export const toDetectResult = (photo: string, faces: readonly Face[]): DetectResult => ({
  photo,
  faces: faces.map(foundJson),
})

export const toEmbedResult = (photo: string, { face, embedding, mask }: EmbeddedFace): EmbedResult => ({
  photo,
  face: foundJson(face),
  pipeline: embedding.pipeline,
  unmasked: embedding.unmasked ?? false,
  ...(mask ? { mask: { worn: mask.worn, probability: mask.probability, state: mask.state } } : {}),
  norm: embedding.norm,
  embedding: Array.from(embedding.vector),
})

// --- internal ---

const foundJson = ({ box, score, landmarks }: Face): z.infer<typeof found> => ({
  box: [...box],
  score,
  landmarks: landmarks.map(([x, y]) => [x, y]),
})
