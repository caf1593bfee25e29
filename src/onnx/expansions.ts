import { withoutUnused } from './edit.ts'
import type { Dim, Graph } from './graph.ts'
import { scopeOf } from './scope.ts'

/**
 * Lets element-wise operators broadcast by themselves where an `Expand` before them only repeats a value, as gradients of
 * sums and means do. Graphs without such nodes stay the same object.
 */
export const withoutExpansions = (graph: Graph): Graph => {
  const expanded = new Map(
    graph.nodes.flatMap(({ op, inputs, outputs }) => (op === 'Expand' ? [[outputs[0]!, inputs[0]!]] : [])),
  )
  if (expanded.size === 0) return graph
  const scope = scopeOf(graph)
  const same = (a: readonly Dim[], b: readonly Dim[]) =>
    a.length === b.length && a.every((dim, axis) => dim === b[axis])
  let changed = false
  const nodes = graph.nodes.map(node => {
    if (!BROADCASTING.has(node.op) || node.inputs.length !== 2) return node
    const [a, b] = node.inputs as readonly [string, string]
    // The other operand must already have the whole shape.
    const source = (name: string, other: string): string | undefined =>
      same(scope.shapeOf(name), scope.shapeOf(other)) ? expanded.get(name) : undefined
    const left = source(a, b)
    const right = left === undefined ? source(b, a) : undefined
    if (left === undefined && right === undefined) return node
    changed = true
    return { ...node, inputs: [left ?? a, right ?? b] }
  })
  return changed ? withoutUnused({ ...graph, nodes }) : graph
}

// --- internal ---

const BROADCASTING = new Set(['Add', 'Sub', 'Mul', 'Div'])
