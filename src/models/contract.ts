/** Order of the three colour planes that a network expects. */
export type ChannelOrder = 'rgb' | 'bgr'

/**
 * How a face recogniser wants its input and where its results are. The input is float32
 * `[batch, 3, size, size]`; a pixel `p` in [0, 255] becomes `(p - mean) * scale`.
 */
export type RecogniserContract = {
  /** Name of the graph input. */
  readonly input: string
  /** Name of the graph output that holds the embedding, `[batch, dimensions]`. */
  readonly output: string
  /** Name of the last feature grid, `[batch, channels, height, width]`: the last map before space is summed up. */
  readonly grid: string
  /** Side of the square input in pixels. */
  readonly size: number
  readonly channels: ChannelOrder
  /** Subtracted from every pixel, in pixel units (0 to 255). */
  readonly mean: number
  /** Multiplied with the pixel after the subtraction. */
  readonly scale: number
  /** Length of the embedding. */
  readonly dimensions: number
}

/**
 * Where a fact of a contract came from:
 * `catalogue` measured by this project and pinned, `given` said by the user, `detected` read from the graph,
 * `measured` decided by an experiment on sample photos, `assumed` the usual value, because the graph leaves it open.
 */
export type FactOrigin = 'catalogue' | 'given' | 'detected' | 'measured' | 'assumed'

export type ContractOrigins = Readonly<Record<keyof RecogniserContract, FactOrigin>>

/** A contract whose facts were all measured by this project. */
export const CATALOGUE_ORIGINS: ContractOrigins = {
  input: 'catalogue',
  output: 'catalogue',
  grid: 'catalogue',
  size: 'catalogue',
  channels: 'catalogue',
  mean: 'catalogue',
  scale: 'catalogue',
  dimensions: 'catalogue',
}
