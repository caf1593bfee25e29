import type { ContractOrigins, RecogniserContract } from './contract.ts'
import type { Entry, EntryKind } from './entry.ts'

/** A step of a fetch, for showing progress. `bytes` is the size of the whole tarball. */
export type StoreEvent = {
  readonly step: 'wait' | 'fetch' | 'check' | 'place' | 'done' | 'failed'
  /** `package@version` */
  readonly package: string
  readonly bytes: number
}

export type StoreOptions = {
  /** Folder of the models. Default: `XFMR_HOME`, else the platform's cache folder. */
  readonly home?: string
  /** Never start npm. Default: whether `XFMR_OFFLINE` is set to something other than 0. */
  readonly offline?: boolean
  readonly onProgress?: (event: StoreEvent) => void
  readonly catalogue?: readonly Entry[]
}

/** A recogniser with everything that is needed to run it. `sha256` is part of the pipeline id. */
export type StoredRecogniser = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly contract: RecogniserContract
  readonly origins: ContractOrigins
  /** How the facts of the contract were found, in sentences. */
  readonly notes: readonly string[]
  readonly licence: string
}

/** What `add` needs to know about a model. */
export type NewModel = Pick<StoredRecogniser, 'name' | 'contract' | 'origins'> & {
  readonly notes?: readonly string[]
  readonly licence?: string
  readonly replace?: boolean
}

/** What became of a pinned file on this disk. */
export type FileState = 'ok' | 'absent' | 'damaged'

/** One file as `verify` found it. */
export type FileCheck = {
  readonly model: string
  readonly file: string
  readonly path: string
  readonly state: FileState
  /** Command line that puts it right. */
  readonly repair: string
}

/** One line of `list`. Its state rests on file sizes; `verify` reads the files. */
export type Listed = {
  readonly name: string
  readonly kind: EntryKind
  readonly origin: 'catalogue' | 'added'
  readonly state: 'present' | 'absent' | 'damaged'
  readonly files: number
  readonly bytes: number
  readonly licence: string
  /** `package@version`, or the folder of an added model. */
  readonly source: string
}

/** The models on this machine. Missing ones are fetched on first use, all are checked on every load. */
export type ModelStore = {
  readonly home: string
  /**
   * Where a file of a catalogue entry lies or would lie. `file` is its last path segment and may be left out
   * where the entry has only one.
   */
  path(name: string, file?: string): string
  /**
   * The checked bytes of a model or photo.
   * @throws XfmrError `E_MODEL_MISSING` (unknown name, or absent while offline), `E_MODEL_FETCH` (no network),
   * `E_MODEL_INTEGRITY` (damaged on disk, or not the pinned file).
   */
  bytes(name: string, file?: string): Promise<Uint8Array>
  /** A recogniser, from the catalogue (default: its MobileFaceNet) or added by the user. Throws as `bytes`. */
  recogniser(name?: string): Promise<StoredRecogniser>
  /** Makes sure that all files of a model are there and intact. Throws as `bytes`. */
  ensure(name: string): Promise<void>
  /** As `ensure`, but replaces damaged files instead of complaining. True when something was fetched. */
  pull(name: string): Promise<boolean>
  /**
   * Fills the store from a tarball on disk; which package it is follows from its hash.
   * @returns The names that it serves.
   * @throws XfmrError `E_MODEL_INTEGRITY` when it is none of the pinned tarballs.
   */
  pullFrom(tarball: string): Promise<readonly string[]>
  /** Reads and hashes every file of one model, or of all. Never fetches. */
  verify(name?: string): Promise<readonly FileCheck[]>
  list(): Promise<readonly Listed[]>
  /**
   * Keeps a copy of a user's recogniser under a name.
   * @throws XfmrError `E_USAGE` when the name is taken (unless `replace`) or can't be a name.
   */
  add(bytes: Uint8Array, model: NewModel): Promise<StoredRecogniser>
}
