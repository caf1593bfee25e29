import type { Builder } from '../builder.ts'
import type { Node } from '../graph.ts'
import type { Scope, ValueType } from '../scope.ts'

/** What the gradient of one node gets to work with. */
export type Backward = {
  readonly node: Node
  /** Gradient of the objective with respect to the node's first output; zeros where it does not depend on it. */
  readonly dy: string
  /** The same for every output of a node with several; `undefined` where the objective does not depend on it. */
  readonly dys: readonly (string | undefined)[]
  /** Whether the gradient for the input at this position is wanted. */
  wants(input: number): boolean
  readonly build: Builder
}

/** Everything xfmr knows about an operator. */
export type Rule = {
  /** Types and shapes of the outputs. */
  infer(node: Node, scope: Scope): (ValueType | undefined)[]
  /**
   * Vector-Jacobian product: emits the nodes that turn `dy` into the gradients for the inputs.
   * Positions that are not wanted may be `undefined`. Absent: the operator has no gradient.
   */
  gradient?(backward: Backward): (string | undefined)[]
}
