import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import type { Point } from '../image/photo.ts'
import type { MaskFinding } from '../recognition/mask-worn.ts'
import type {
  AuditEntry,
  EnrolledExample,
  ExampleFacts,
  ExportLine,
  GalleryStats,
  Removal,
  SearchResult,
  SubjectDetails,
  SubjectList,
} from './schema.ts'

/** One face as the gallery knows it: what is enrolled, and what is searched for. See `templateOf` for photos. */
export type Template = {
  /** Any length of at least 2, made a unit vector when it is none. */
  readonly vector: Float32Array
  /** Id of everything that made it; only equal ids are compared. */
  readonly pipeline: string
  /** Length of the network's output before it was made a unit vector, where that is known. */
  readonly norm?: number
  readonly unmasked?: boolean
  /** Default `null`: not looked at. */
  readonly mask?: Pick<MaskFinding, 'worn' | 'probability' | 'state'> | null
  /** What the photo is called. */
  readonly source?: string | null
}

/** A face to enrol. */
export type NewExample = Template & {
  /** Who it is: 1 to 200 characters, no control characters; two spellings of the same text in Unicode are one name. */
  readonly subject: string
  /** The aligned face, as `encodePng` writes it. */
  readonly thumbnail?: Uint8Array
  /** 68 points in pixels of the aligned face; go with the thumbnail. */
  readonly landmarks?: readonly Point[]
  /** When it was added first. Default: now. */
  readonly added?: string
}

/** Everything that is stored of a face. */
export type StoredExample = ExampleFacts & {
  /** Unit vector. */
  readonly vector: Float32Array
  readonly norm: number | null
  readonly png: Uint8Array | null
  readonly landmarks: readonly Point[] | null
}

/** Who does something, for the audit log: a user's name, the id of an API key. Never a secret. */
export type By = {
  /** Default: the actor that the gallery was opened with. */
  readonly actor?: string
}

export type EnrolOptions = By & {
  /** Allows faces of another pipeline than those that the gallery holds. Searches then need `partial`. */
  readonly mixed?: boolean
}

export type SearchOptions = By & {
  /** How many subjects to return at most, 1 to 1,000. Default 5. */
  readonly top?: number
  /** Similarity from which a candidate is a match. Default: what `fpir` gives. */
  readonly threshold?: number
  /** Highest false positive identification rate. Default {@link DEFAULT_FPIR}, or the strictest that is measured. */
  readonly fpir?: number
  /** Compare with every face, also where there is an index. */
  readonly exact?: boolean
  /** Searches the faces of the probe's pipeline also where the gallery holds others, which the search then does not see. */
  readonly partial?: boolean
}

export type ListOptions = {
  /** Name after which to go on. */
  readonly after?: string
  /** Only names that start with this. */
  readonly prefix?: string
  /** At most this many, 1 to 10,000. Default 100. */
  readonly limit?: number
}

/** What a gallery is opened with. */
export type GalleryOptions = {
  /** Folder of an embedded database, or the URL of a Postgres with pgvector (`postgres://...`). */
  readonly location: string
  /** 32 bytes: embeddings and thumbnails are encrypted with them. Decided when the gallery is made. */
  readonly key?: Uint8Array
  /** For the audit log. Default: the user that runs the process. */
  readonly actor?: string
  /** Error rates by pipeline. Default: those that ship with xfmr. */
  readonly calibrations?: readonly CalibrationFile[]
  /** Schema of the tables. Default `xfmr`. */
  readonly schema?: string
  /** False: a gallery that does not exist yet is an error instead of being made. Default true. */
  readonly create?: boolean
  /** Connections to a Postgres server. Default 4. */
  readonly connections?: number
}

/**
 * People and their faces, to search in. Every method that changes something does so in one transaction: when it returns, it
 * is kept; when it throws, nothing of it is.
 *
 * Errors that every method can throw: `E_GALLERY` when the database fails or the gallery was closed.
 */
export type Gallery = {
  readonly location: string
  readonly encrypted: boolean
  /**
   * Enrols faces, all or none of them. A subject is made where it is missing. A face that the subject has already (the
   * same embedding) stays as it is, so that repeating a call does no harm.
   * @returns in the order of `examples`
   * @throws XfmrError `E_PIPELINE_MISMATCH` when the gallery holds faces of another pipeline only; `E_SUBJECT_NAME`; `E_EMBEDDING` for a vector of another length than the pipeline's, or with a value
   * that is no finite number, or of length zero
   */
  enrol(examples: readonly NewExample[], options?: EnrolOptions): Promise<EnrolledExample[]>
  /**
   * Searches for faces; each result lists subjects, best first, each with the stored face that matched best.
   * @returns in the order of `probes`
   * @throws XfmrError `E_PIPELINE_MISMATCH` when the gallery holds faces of other pipelines (`details.pipelines`);
   * `E_EMBEDDING`; `E_TOO_FEW_SCORES` when `fpir` was asked for and the calibration can't measure it; `E_USAGE`
   */
  search(probes: readonly Template[], options?: SearchOptions): Promise<SearchResult[]>
  /** Lists subjects by name. */
  subjects(options?: ListOptions): Promise<SubjectList>
  /** @throws XfmrError `E_UNKNOWN_SUBJECT` */
  subject(name: string): Promise<SubjectDetails>
  /** @throws XfmrError `E_UNKNOWN_EXAMPLE` */
  example(id: string): Promise<StoredExample>
  /** @throws XfmrError `E_UNKNOWN_SUBJECT`, `E_SUBJECT_NAME`, `E_SUBJECT_EXISTS` */
  rename(from: string, to: string, by?: By): Promise<void>
  /** Removes a subject with all its examples. @throws XfmrError `E_UNKNOWN_SUBJECT` */
  removeSubject(name: string, by?: By): Promise<Removal>
  /** Removes an example, and its subject with the last one. @throws XfmrError `E_UNKNOWN_EXAMPLE` */
  removeExample(id: string, by?: By): Promise<Removal>
  /**
   * Gives a stored face another embedding, of another pipeline; all else about it stays. See `reEmbed`.
   * @throws XfmrError `E_UNKNOWN_EXAMPLE`, `E_EMBEDDING`
   */
  reEmbedExample(
    id: string,
    template: Pick<Template, 'vector' | 'pipeline' | 'norm' | 'unmasked'>,
    by?: By,
  ): Promise<void>
  /** Rewrites the files of the database without anything that was removed. Locks the gallery meanwhile. */
  purge(by?: By): Promise<void>
  stats(): Promise<GalleryStats>
  /** All faces; those that are enrolled or removed meanwhile may be among them or not. @param pipeline only of this pipeline */
  exportLines(options?: By & { pipeline?: string }): AsyncIterable<ExportLine>
  /**
   * Enrols the lines of an export, in batches of which each is one transaction.
   * @throws XfmrError `E_BAD_LINE` naming the line; what came before it is kept
   */
  importLines(
    lines: AsyncIterable<unknown> | Iterable<unknown>,
    by?: By,
  ): Promise<{ created: number; known: number }>
  /** The audit log, newest first. @param limit default 100 */
  audit(options?: { limit?: number }): Promise<AuditEntry[]>
  /**
   * Builds the index of a pipeline; without one every search compares with every face. Worth it from {@link INDEX_FROM} faces on.
   * @throws XfmrError `E_USAGE` for an encrypted gallery, which has none
   */
  buildIndex(pipeline: string): Promise<void>
  close(): Promise<void>
}

/** One stranger in 100 may be taken for somebody. */
export const DEFAULT_FPIR = 0.01

/** Faces from which an index pays. */
export const INDEX_FROM = 10_000

/** How a gallery is opened: `openGallery` of `src/gallery/node.ts`. */
export type OpenGallery = (options: GalleryOptions) => Promise<Gallery>
