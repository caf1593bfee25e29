import type { ElementType, Tensor } from './tensor.ts'

/** One axis of a value: a fixed length, or the name of a length that is known only at run time. */
export type Dim = number | string

/** The static type of a value in a graph. */
export type ValueInfo = {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly Dim[]
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  /** A sub-graph of our own making. */
  | { readonly type: 'graph'; readonly value: Graph }
  /** Kept as read (sub-graphs of files, sparse tensors), so that a model we can't differentiate still round-trips. */
  | { readonly type: 'opaque'; readonly value: unknown }

export type Attributes = Readonly<Record<string, Attribute>>

/** One operation. A missing optional input is the empty string. */
export type Node = {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
  /** Operator set; empty for the standard one. */
  readonly domain?: string
}

/**
 * An ONNX graph in plain data, nodes in topological order. Graphs are never changed in place: every edit
 * returns a new graph that shares the weights of the old one.
 */
export type Graph = {
  readonly name: string
  /** Version of the standard operator set. */
  readonly opset: number
  /** Versions of the other operator sets that nodes name in `domain`. */
  readonly domains?: Readonly<Record<string, number>>
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly Node[]
  /** Constants by value name. */
  readonly initializers: ReadonlyMap<string, Tensor>
}
