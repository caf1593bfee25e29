import { XfmrError } from '../errors.ts'
import { withInputShape } from '../onnx/edit.ts'
import type { Graph, ValueInfo } from '../onnx/graph.ts'
import type { ValueType } from '../onnx/scope.ts'
import { inferShapes } from '../onnx/shapes.ts'
import { upgrade } from '../onnx/upgrade.ts'
import type { ContractOrigins, RecogniserContract } from './contract.ts'
import { isFeatureGrid, valuesBefore } from './grid.ts'
import { readNormalisation } from './normalisation.ts'

/** Facts that the graph may leave open. */
export type InputFacts = Pick<RecogniserContract, 'channels' | 'mean' | 'scale'>

/** What a graph says about itself, with what the user said. */
export type Inspection = {
  readonly contract: Omit<RecogniserContract, keyof InputFacts> & Partial<InputFacts>
  readonly origins: Partial<ContractOrigins>
  /** How each fact was found, in sentences. */
  readonly notes: readonly string[]
}

/** Side of the input where the graph leaves it open: that of every ArcFace model. */
const USUAL_SIZE = 112
/** A shorter output is no embedding but a score, a norm or a class. */
const SHORTEST_EMBEDDING = 16

/**
 * Works out the contract of an ArcFace-style recogniser from its graph. Channel order and scaling are absent from the
 * result where neither the user nor the graph tells them.
 * @param given Facts that the user is sure of; they are checked where they can be.
 * @throws XfmrError `E_MODEL_SHAPE` saying what was found when it is no such recogniser; `E_UNSUPPORTED_OP` when the
 * shapes can't be worked out.
 */
export const inspectRecogniser = (graph: Graph, given: Partial<RecogniserContract> = {}): Inspection => {
  const notes: string[] = []
  const { input, size, sizeOrigin } = findInput(graph, given)
  const sized = withInputShape(upgrade(graph), input.name, [input.shape[0]!, 3, size, size])
  const shapes = inferShapes(sized)
  const { output, dimensions } = findOutput(sized, shapes, given)
  const grid = findGrid(sized, shapes, { input: input.name, output, given: given.grid })
  if (sizeOrigin === 'assumed') notes.push(`The graph takes any image size; ${size}x${size} was assumed.`)
  notes.push(`Feature grid "${grid}": ${shapes.get(grid)!.shape.slice(1).join('x')}.`)
  const facts = inputFacts(sized, input.name, given, notes)
  return {
    contract: { input: input.name, output, grid, size, dimensions, ...facts.values },
    origins: {
      input: given.input === undefined ? 'detected' : 'given',
      output: given.output === undefined ? 'detected' : 'given',
      grid: given.grid === undefined ? 'detected' : 'given',
      size: sizeOrigin,
      dimensions: 'detected',
      ...facts.origins,
    },
    notes,
  }
}

// --- internal ---

type Given = Partial<RecogniserContract>
type Shapes = ReadonlyMap<string, ValueType>

const describe = (values: readonly ValueInfo[]): string =>
  values.map(({ name, type, shape }) => `"${name}" ${type} [${shape.join(', ')}]`).join(', ')

const wrong = (message: string): XfmrError => new XfmrError('E_MODEL_SHAPE', message)

const isOpen = (dim: unknown): boolean => typeof dim === 'string' || Number(dim) <= 0

const findInput = (graph: Graph, given: Given) => {
  const input =
    given.input === undefined ? graph.inputs[0] : graph.inputs.find(({ name }) => name === given.input)
  const found = `It has: ${describe(graph.inputs) || 'none'}.`
  if (!input) throw wrong(`The model has no input "${given.input}". ${found}`)
  if (given.input === undefined && graph.inputs.length > 1) {
    throw wrong(
      `A face recogniser has one input, this model has ${graph.inputs.length}. ${found} Choose one with --input.`,
    )
  }
  const [, planes, height, width] = input.shape
  if (input.shape.length === 4 && input.shape[3] === 3 && planes !== 3) {
    throw wrong(`The model wants its planes last (NHWC); xfmr needs [batch, 3, height, width]. ${found}`)
  }
  if (input.shape.length !== 4 || input.type !== 'float32' || (planes !== 3 && !isOpen(planes))) {
    throw wrong(`A face recogniser takes float32 [batch, 3, height, width]; this model does not. ${found}`)
  }
  const fixed = [height, width].filter((dim): dim is number => !isOpen(dim))
  if (new Set(fixed).size > 1) throw wrong(`The input must be square. ${found}`)
  if (given.size !== undefined && fixed.some(dim => dim !== given.size)) {
    throw wrong(`The input is not ${given.size}x${given.size}, as --size says. ${found}`)
  }
  const size = fixed[0] ?? given.size ?? USUAL_SIZE
  const sizeOrigin = fixed.length > 0 ? 'detected' : given.size === undefined ? 'assumed' : 'given'
  return { input, size, sizeOrigin } as const
}

const findOutput = (graph: Graph, shapes: Shapes, given: Given): { output: string; dimensions: number } => {
  const outputs = graph.outputs.map(({ name }) => ({ name, ...shapes.get(name)! }))
  const found = `Its outputs are: ${describe(outputs)}.`
  const embeddings = outputs.filter(
    ({ name, type, shape }) =>
      (given.output === undefined || name === given.output) &&
      type === 'float32' &&
      shape.length === 2 &&
      typeof shape[1] === 'number' &&
      shape[1] >= SHORTEST_EMBEDDING,
  )
  if (embeddings.length === 0) {
    const which =
      given.output === undefined ? 'None of its outputs' : `The output "${given.output}" is missing, or not`
    throw wrong(`${which} is an embedding: float32 [batch, ${SHORTEST_EMBEDDING} or more]. ${found}`)
  }
  if (embeddings.length > 1)
    throw wrong(`Several outputs could be the embedding. ${found} Choose one with --output.`)
  const [{ name, shape }] = embeddings as [(typeof embeddings)[0]]
  const dimensions = shape[1] as number
  if (given.dimensions !== undefined && given.dimensions !== dimensions) {
    throw wrong(`The embedding has ${dimensions} numbers, not ${given.dimensions}.`)
  }
  return { output: name, dimensions }
}

const findGrid = (
  graph: Graph,
  shapes: Shapes,
  { input, output, given }: { input: string; output: string; given: string | undefined },
): string => {
  const values = valuesBefore(graph, output)
  if (given !== undefined && !values.includes(given))
    throw wrong(`No value "${given}" leads to the embedding.`)
  const candidates = given === undefined ? values : [given]
  const grid = candidates.find(name => isFeatureGrid(graph, shapes, name, { input, output }))
  if (grid !== undefined) return grid
  throw wrong(
    given === undefined
      ? 'The model has no feature grid, a square map that the whole embedding is computed from, so its scores could not be explained.'
      : `"${given}" (${shapes.get(given)!.shape.join('x')}) is no square map that the whole embedding is computed from.`,
  )
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const inputFacts = (graph: Graph, input: string, given: Given, notes: string[]) => {
  const values: Partial<Mutable<InputFacts>> = {}
  const origins: Partial<Mutable<ContractOrigins>> = {}
  const { range, channels, operators } = readNormalisation(graph, input)
  const chain = `The graph starts with ${operators.join(', ')}`
  if (given.mean !== undefined || given.scale !== undefined) {
    values.mean = given.mean ?? 0
    values.scale = given.scale ?? 1
    origins.mean = given.mean === undefined ? 'assumed' : 'given'
    origins.scale = given.scale === undefined ? 'assumed' : 'given'
  } else if (range) {
    Object.assign(values, range)
    origins.mean = origins.scale = 'detected'
    const wanted = range.scale === 1 ? '0 to 255' : range.mean === 0 ? '0 to 1' : '-1 to 1'
    notes.push(`${chain}, which fits pixels from ${wanted}.`)
  }
  if (given.channels !== undefined) {
    values.channels = given.channels
    origins.channels = 'given'
  } else if (channels) {
    values.channels = channels
    origins.channels = 'detected'
    notes.push(
      `${chain}, whose averages are those of ${channels.toUpperCase()} planes: red is brighter than blue in faces.`,
    )
  }
  return { values, origins }
}
