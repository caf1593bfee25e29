import type { Attribute, Attributes, Node } from './graph.ts'
import type { Tensor } from './tensor.ts'

export const int = (value: number): Attribute => ({ type: 'int', value })
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value })
export const float = (value: number): Attribute => ({ type: 'float', value })
export const string = (value: string): Attribute => ({ type: 'string', value })

type Values = {
  int: number
  float: number
  string: string
  ints: readonly number[]
  floats: readonly number[]
  tensor: Tensor
}

const read =
  <K extends keyof Values>(type: K) =>
  <F extends Values[K] | undefined>(
    node: { readonly attributes: Attributes },
    name: string,
    fallback: F,
  ): Values[K] | F => {
    const attribute = node.attributes[name]
    return attribute?.type === type ? (attribute.value as Values[K]) : fallback
  }

/** The value of an attribute of the named type, or the fallback when the node does not have it. */
export const intOf = read('int')
export const floatOf = read('float')
export const stringOf = read('string')
export const intsOf = read('ints')
export const floatsOf = read('floats')
export const tensorOf = read('tensor')

/** A node that keeps everything but some attributes. */
export const withAttributes = (node: Node, attributes: Attributes): Node => ({
  ...node,
  attributes: { ...node.attributes, ...attributes },
})
