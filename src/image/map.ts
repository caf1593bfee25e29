/** A map of numbers over a picture, row by row, with sign and magnitude as computed. */
export type FloatMap = {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}
