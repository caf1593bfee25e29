import type { Graph } from './graph.ts'
import { scopeOf, type ValueType } from './scope.ts'
import { upgrade } from './upgrade.ts'

/**
 * The element type and shape of every value of a graph. Lengths that depend on the input stay symbolic.
 * @throws XfmrError `E_UNSUPPORTED_OP` for an operator whose output shape xfmr can't work out.
 */
export const inferShapes = (graph: Graph): Map<string, ValueType> => {
  const current = upgrade(graph)
  const scope = scopeOf(current)
  const names = [
    ...current.inputs.map(({ name }) => name),
    ...current.initializers.keys(),
    ...current.nodes.flatMap(({ outputs }) => outputs.filter(Boolean)),
  ]
  return new Map(names.map(name => [name, scope.typeOf(name)]))
}
