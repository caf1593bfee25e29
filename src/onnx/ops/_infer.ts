import { broadcast } from '../dims.ts'
import type { Node } from '../graph.ts'
import type { Scope, ValueType } from '../scope.ts'
import type { ElementType } from '../tensor.ts'

/** Output like the first input. */
export const likeInput = (node: Node, scope: Scope): ValueType[] => [scope.typeOf(node.inputs[0]!)]

/** Output of the broadcast shape of all inputs, with the given type or that of one input. */
export const broadcasting =
  (type: ElementType | number = 0) =>
  (node: Node, scope: Scope): ValueType[] => {
    const types = node.inputs.map(name => scope.typeOf(name))
    return [
      {
        type: typeof type === 'number' ? types[type]!.type : type,
        shape: types.map(({ shape }) => shape).reduce(broadcast),
      },
    ]
  }
