import { XfmrError } from '../errors.ts'
import { type Builder, buildOn, filled } from './builder.ts'
import { nodesFor, withoutUnused } from './edit.ts'
import type { Graph, Node } from './graph.ts'
import { rules } from './ops/index.ts'
import type { Rule } from './ops/rule.ts'
import { unsupported } from './scope.ts'
import { upgrade } from './upgrade.ts'

export type DifferentiateOptions = {
  /** The value to differentiate: a scalar objective, or any tensor together with `seed`. */
  of: string
  /** Values to differentiate with respect to: inputs, intermediate values or weights. */
  wrt: readonly string[]
  /**
   * Name of a new graph input with the shape of `of`. The result is then the vector-Jacobian product: the
   * gradient of sum(seed * of). Without it every element of `of` has weight one.
   */
  seed?: string
  /** Further values to return beside the gradients. */
  keep?: readonly string[]
  /** Other backward passes for some operators, by their names: what guided backpropagation and relevance propagation are. */
  rules?: BackwardRules
}

/** Backward passes by operator. */
export type BackwardRules = ReadonlyMap<string, NonNullable<Rule['gradient']>>

/** The output that holds the gradient with respect to a value. */
export const gradientName = (value: string): string => `d(${value})`

/**
 * Reverse-mode differentiation: a graph that computes `of`'s gradients with respect to `wrt` out of ordinary ONNX
 * operators. The backward pass stops at the chosen values, so a late layer costs almost nothing. Outputs: the values in
 * `keep`, then {@link gradientName} of each value in `wrt`.
 * @throws XfmrError `E_UNSUPPORTED_OP` naming operator and node when a rule is missing; `E_UNKNOWN_LAYER` when a value
 * does not exist or does not influence `of`; `E_MODEL_INVALID` when one is not float32, or when the graph already has a
 * value with the name of `seed` or of a gradient.
 */
export const differentiate = (
  graph: Graph,
  { of, wrt, seed, keep = [], rules: other = new Map() }: DifferentiateOptions,
): Graph => {
  const current = upgrade(graph)
  const targets = [...new Set(wrt)]
  const forward = { ...current, nodes: nodesFor(current, [of, ...keep, ...targets]) }
  const build = buildOn(forward)
  for (const name of [of, ...targets, ...keep]) {
    if (!build.scope.has(name))
      throw new XfmrError('E_UNKNOWN_LAYER', `The model has no value named "${name}".`)
  }
  for (const name of [of, ...targets]) {
    const { type } = build.scope.typeOf(name)
    if (type !== 'float32') {
      throw new XfmrError(
        'E_MODEL_INVALID',
        `Only float32 values can be differentiated; "${name}" is ${type}.`,
      )
    }
  }
  const steps = nodesFor(forward, [of])
  const path = influenced(steps, targets)
  const cotangents = new Map<string, string[]>([[of, [start(build, of, seed)]]])
  for (const node of steps.toReversed()) {
    const dys = node.outputs.map(name => (path.has(name) ? total(cotangents, name, build) : undefined))
    if (dys.some(dy => dy !== undefined)) push(node, dys, { path, cotangents, build, other })
  }
  for (const name of targets) {
    const gradient = total(cotangents, name, build)
    if (gradient === undefined) {
      throw new XfmrError('E_UNKNOWN_LAYER', `"${of}" does not depend on "${name}", so there is no gradient.`)
    }
    build.alias(gradient, gradientName(name))
  }
  return withoutUnused(build.finish([...new Set([...keep, ...targets.map(gradientName)])]))
}

// --- internal ---

/** Every value between `wrt` and the objective, the values in `wrt` included. */
const influenced = (nodes: readonly Node[], wrt: readonly string[]): Set<string> => {
  const path = new Set(wrt)
  for (const node of nodes)
    if (node.inputs.some(name => path.has(name))) for (const name of node.outputs) path.add(name)
  return path
}

const start = (build: Builder, of: string, seed: string | undefined): string => {
  if (seed !== undefined) return build.input(seed, build.scope.typeOf(of))
  const shape = build.shapeOf(of)
  if (shape.every(dim => typeof dim === 'number')) return build.constant(filled(1, shape as number[]))
  return build.op('Expand', [build.number(1), build.op('Shape', [of])])
}

/** Adds up what the consumers of a value sent back. The sum replaces its terms, so asking twice is free. */
const total = (cotangents: Map<string, string[]>, name: string, build: Builder): string | undefined => {
  const parts = cotangents.get(name)
  if (!parts) return undefined
  const sum = parts.reduce((left, right) => build.op('Add', [left, right]))
  cotangents.set(name, [sum])
  return sum
}

type Backpropagation = {
  readonly path: ReadonlySet<string>
  readonly cotangents: Map<string, string[]>
  readonly build: Builder
  readonly other: BackwardRules
}

/** Sends the gradients of a node's outputs on to its inputs. */
const push = (
  node: Node,
  dys: readonly (string | undefined)[],
  { path, cotangents, build, other }: Backpropagation,
): void => {
  const gradient = other.get(node.op) ?? rules.get(node.op)?.gradient
  // Integers (shapes, axes, indices) have no gradient.
  const wants = (index: number): boolean => {
    const name = node.inputs[index] ?? ''
    return path.has(name) && build.scope.typeOf(name).type.startsWith('float')
  }
  if (!node.inputs.some((_, index) => wants(index))) return
  if (!gradient) throw unsupported(node, 'xfmr has no gradient rule for it')
  const dy = dys[0] ?? build.zerosLike(node.outputs[0]!)
  const gradients = gradient({ node, dy, dys, wants, build })
  node.inputs.forEach((name, index) => {
    if (!wants(index)) return
    const part = gradients[index]
    if (part === undefined) throw unsupported(node, `xfmr has no gradient rule for its input "${name}"`)
    cotangents.set(name, [...(cotangents.get(name) ?? []), part])
  })
}
