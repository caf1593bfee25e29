import { z } from 'zod'
import { MASK_STATES, type MaskState } from '../recognition/mask-worn.ts'

const rate = z.number().min(0).max(1)
const interval = z.tuple([rate, rate])
const count = z.int().nonnegative()
const moment = z.iso.datetime().describe('UTC')

const maskFacts = z
  .object({
    worn: z.boolean().describe('Whether a mask covers the mouth'),
    probability: rate.describe('Probability of that'),
    state: z.enum(MASK_STATES as unknown as [MaskState, ...MaskState[]]),
  })
  .nullable()
  .describe('Whether a face mask is worn; null when that was not looked at, and then counted as bare')

/** An enrolled face, without its embedding. */
export const exampleFacts = z.object({
  id: z.uuid(),
  subject: z.string(),
  source: z
    .string()
    .nullable()
    .describe('What the photo was called when it was enrolled; null for a bare embedding'),
  mask: maskFacts,
  unmasked: z.boolean().describe('Whether the face was embedded with the correction for masks'),
  pipeline: z.string().describe('Id of everything that made the embedding'),
  thumbnail: z
    .boolean()
    .describe('Whether the aligned face is stored too: needed to explain and to re-embed'),
  added: moment,
})

/** An enrolled face with what its picture is explained by. */
export const exampleDetails = exampleFacts.extend({
  landmarks: z
    .array(z.tuple([z.number(), z.number()]))
    .length(68)
    .nullable()
    .describe('In pixels of the aligned face; null where that is not stored'),
})

/** Somebody who is enrolled. */
export const subjectFacts = z.object({
  id: z.uuid(),
  name: z.string(),
  examples: count,
  added: moment,
})

/** One page of subjects: `xfmr gallery list --json`. */
export const subjectList = z.object({
  subjects: z.array(subjectFacts),
  next: z.string().nullable().describe('Pass as `after` for the next page; null on the last one'),
})

/** A subject with its examples: `xfmr gallery show --json`. */
export const subjectDetails = subjectFacts.extend({ faces: z.array(exampleFacts) })

/** What became of one example that was to be enrolled. */
export const enrolledExample = z.object({
  id: z.uuid(),
  subject: z.string(),
  created: z.boolean().describe('False when the same face was enrolled for this subject before'),
})

/** The outcome of enrolling photos: `xfmr gallery enrol --json`. */
export const enrolResult = z.object({
  pipeline: z.string(),
  enrolled: z.array(enrolledExample.extend({ source: z.string().nullable() })),
  failed: z.array(
    z.object({
      source: z.string(),
      subject: z.string(),
      error: z.object({ code: z.string(), message: z.string() }),
    }),
  ),
})

const conditionRates = z.object({
  condition: z.enum(['bare-bare', 'bare-masked', 'masked-masked']),
  comparisons: count.describe('Enrolled faces that are compared with the probe in this condition'),
  fmr: rate.describe('Share of pairs of different people that score this high'),
  fnmr: rate.describe('Share of pairs of the same person that score lower'),
  intervals: z.object({ level: rate, fmr: interval, fnmr: interval }),
  calibration: z.object({
    name: z.string(),
    date: z.string(),
    synthetic: z.boolean(),
    identities: count,
    genuine: count,
    impostor: count,
  }),
})

/** How often a search of this gallery errs at a score. */
export const searchRates = z.object({
  fpir: rate.describe(
    'False positive identification rate: share of people who are not enrolled for whom some enrolled face scores this high',
  ),
  fpirInterval: interval.describe('The same at both ends of the FMR intervals'),
  measured: z
    .boolean()
    .describe(
      'False when the score lies beyond what the calibration can measure: then only the upper end says something',
    ),
  conditions: z.array(conditionRates),
})

export const candidate = z.object({
  rank: z.int().positive(),
  subject: z.string(),
  subjectId: z.uuid(),
  similarity: z.number().min(-1).max(1).describe("Cosine with the subject's best example"),
  decision: z
    .enum(['match', 'no-match'])
    .nullable()
    .describe('Whether the similarity reaches the threshold; null without one'),
  condition: z.enum(['bare-bare', 'bare-masked', 'masked-masked']),
  fpir: rate.nullable().describe('False positive identification rate if this score were the threshold'),
  fpirInterval: interval.nullable(),
  example: exampleFacts.describe('The stored face that matched'),
})

/** The result of one search: `xfmr gallery search --json`. Fields may be added, none will be renamed. */
export const searchResult = z.object({
  pipeline: z.string(),
  probe: z.object({ photo: z.string().nullable(), mask: maskFacts, unmasked: z.boolean() }),
  gallery: z.object({
    subjects: count,
    examples: count,
    masked: count.describe('Examples that wear a mask'),
  }),
  method: z.enum(['exact', 'hnsw']).describe('hnsw: by the index, which may miss a neighbour'),
  threshold: z
    .object({
      value: z.number(),
      chosen: z
        .enum(['fpir', 'given', 'lowest-measured'])
        .describe(
          'fpir: for the wanted rate; given: by the caller; lowest-measured: the wanted rate is beyond the calibration, so this is the strictest threshold that it can vouch for',
        ),
      wantedFpir: rate.nullable(),
      rates: searchRates.nullable().describe('Null where no calibration of this pipeline is known'),
    })
    .nullable()
    .describe('Null without a calibration and without a threshold given'),
  candidates: z.array(candidate),
})

/** Counts: `xfmr gallery stats --json`. */
export const galleryStats = z.object({
  location: z.string(),
  encrypted: z.boolean(),
  version: count.describe('Version of the database schema'),
  subjects: count,
  examples: count,
  pipelines: z.array(
    z.object({
      pipeline: z.string(),
      dimensions: z.int().positive(),
      examples: count,
      subjects: count,
      masked: count,
      thumbnails: count,
      index: z.enum(['exact', 'hnsw']),
      bytes: count.describe('Storage with indexes and thumbnails'),
    }),
  ),
})

/** A removal that has been carried out. */
export const removal = z.object({
  subjects: count,
  examples: count,
  rewritten: z
    .boolean()
    .describe('True: the files of the database were rewritten without them. False: see `xfmr gallery purge`'),
})

/** One entry of the audit log. It names subjects by id: what their names were is gone with them. */
export const auditEntry = z.object({
  at: moment,
  actor: z.string(),
  action: z.enum(['enrol', 'search', 'rename', 'remove', 'export', 'import', 're-embed', 'purge']),
  pipeline: z.string().nullable(),
  subjectIds: z.array(z.uuid()),
  exampleIds: z.array(z.uuid()),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/**
 * One line of an export (JSON Lines): a face with its embedding. `xfmr gallery import` reads it; of the fields only
 * `subject`, `pipeline` and `embedding` must be there.
 */
export const exportLine = z.object({
  subject: z.string(),
  pipeline: z.string().min(1),
  embedding: z.array(z.number()).min(2),
  norm: z.number().positive().optional(),
  unmasked: z.boolean().optional(),
  mask: maskFacts.optional(),
  source: z.string().nullable().optional(),
  thumbnail: z.base64().optional().describe('The aligned face, PNG of 112 x 112'),
  landmarks: z
    .array(z.tuple([z.number(), z.number()]))
    .length(68)
    .optional()
    .describe('In pixels of the aligned face'),
  added: moment.optional(),
})

export type ExampleFacts = z.infer<typeof exampleFacts>
export type ExampleDetails = z.infer<typeof exampleDetails>
export type SubjectFacts = z.infer<typeof subjectFacts>
export type SubjectList = z.infer<typeof subjectList>
export type SubjectDetails = z.infer<typeof subjectDetails>
export type EnrolledExample = z.infer<typeof enrolledExample>
export type EnrolResult = z.infer<typeof enrolResult>
export type SearchRates = z.infer<typeof searchRates>
export type Candidate = z.infer<typeof candidate>
export type SearchResult = z.infer<typeof searchResult>
export type GalleryStats = z.infer<typeof galleryStats>
export type Removal = z.infer<typeof removal>
export type AuditEntry = z.infer<typeof auditEntry>
export type ExportLine = z.infer<typeof exportLine>
