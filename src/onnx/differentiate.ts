import { XfmrError } from '../errors.ts'
import { type Builder, buildOn, filled } from './builder.ts'
import { nodesFor } from './edit.ts'
import type { Graph, Node } from './graph.ts'
import { rules } from './ops/index.ts'
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
}

/** The output that holds the gradient with respect to a value. */
export const gradientName = (value: string): string => `d(${value})`

/**
 * Reverse-mode differentiation: a graph that computes `of`'s gradients with respect to `wrt` out of ordinary ONNX
 * operators. The backward pass stops at the chosen values, so a late layer costs almost nothing. Outputs: the values in
 * `keep`, then {@link gradientName} of each value in `wrt`.
 * @throws XfmrError `E_UNSUPPORTED_OP` naming operator and node when a rule is missing; `E_UNKNOWN_LAYER` when a value
 * does not exist or does not influence `of`.
 */
export const differentiate = (graph: Graph, { of, wrt, seed, keep = [] }: DifferentiateOptions): Graph => {
  const current = upgrade(graph)
  const forward = { ...current, nodes: nodesFor(current, [of, ...keep, ...wrt]) }
  const build = buildOn(forward)
  for (const name of [of, ...wrt, ...keep]) {
    if (!build.scope.has(name))
      throw new XfmrError('E_UNKNOWN_LAYER', `The model has no value named "${name}".`)
  }
  const path = influenced(nodesFor(forward, [of]), wrt)
  const cotangents = new Map<string, string[]>([[of, [start(build, of, seed)]]])
  for (const node of nodesFor(forward, [of]).reverse()) {
    if (!path.has(node.outputs[0]!)) continue
    const dy = total(cotangents, node.outputs[0]!, build)
    if (dy === undefined) continue
    push(node, dy, path, cotangents, build)
  }
  for (const name of wrt) {
    const gradient = total(cotangents, name, build)
    if (gradient === undefined || !path.has(name)) {
      throw new XfmrError('E_UNKNOWN_LAYER', `"${of}" does not depend on "${name}", so there is no gradient.`)
    }
    build.alias(gradient, gradientName(name))
  }
  return prune(build.finish([...keep, ...wrt.map(gradientName)]))
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

const push = (
  node: Node,
  dy: string,
  path: ReadonlySet<string>,
  cotangents: Map<string, string[]>,
  build: Builder,
): void => {
  const rule = rules.get(node.op)
  const wants = (index: number): boolean => path.has(node.inputs[index] ?? '')
  if (!node.inputs.some((_, index) => wants(index))) return
  if (!rule?.gradient) throw unsupported(node, 'xfmr has no gradient rule for it')
  const gradients = rule.gradient({ node, dy, wants, build })
  node.inputs.forEach((name, index) => {
    const gradient = gradients[index]
    if (gradient === undefined || !wants(index)) return
    cotangents.set(name, [...(cotangents.get(name) ?? []), gradient])
  })
}

/** Drops weights and nodes that only the unused part of the backward pass needed. */
const prune = (graph: Graph): Graph => {
  const nodes = nodesFor(
    graph,
    graph.outputs.map(({ name }) => name),
  )
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)])
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  }
}
