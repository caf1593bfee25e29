/** A photo without a mask, and who it shows. */
export type TrainingPhoto = {
  readonly path: string
  /** Path below the data's folder: the draws depend on it, and so not on where the data lies. */
  readonly name: string
  readonly identity: string
}
