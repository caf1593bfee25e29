import { XfmrError } from '../../errors.ts'
import type { RecogniserContract } from '../../models/contract.ts'
import { buildOn } from '../../onnx/builder.ts'
import { dynamicBatch, extract, withInputShape } from '../../onnx/edit.ts'
import type { Graph } from '../../onnx/graph.ts'
import { separateRectifiers } from '../engine/rectify.ts'
import { scalesBySize } from '../engine/scales.ts'
import { type TrainerOptions, withWeights } from '../engine/trainer.ts'
import { cosineDistillation } from '../losses/distillation.ts'
import { correctionName, type Student, TARGET } from './student.ts'

/**
 * The recogniser's own layers from `start` on, fine-tuned by cosine distillation: a masked face should be embedded as
 * the original network embeds the same photo without a mask. Starting from the original weights keeps what they know.
 *
 * Trained are the weights and biases of 1x1 convolutions, of the one over the whole grid and of linear layers. Those of
 * small depthwise kernels and the slopes of PRelu stay: their gradients would take as long as all others together,
 * for 2 % of the weights.
 */
export const layerStudent = (
  graph: Graph,
  contract: RecogniserContract,
  { start, batch, method, recogniser }: { start: string; batch: number; method: string; recogniser: string },
): Student => {
  const part = extract(dynamicBatch(graph), { inputs: [start], outputs: [contract.output] })
  const { shape } = part.inputs[0]!
  const build = buildOn(separateRectifiers(withInputShape(part, start, [batch, ...shape.slice(1)])))
  build.input(TARGET, { type: 'float32', shape: [batch, contract.dimensions] })
  const { loss, cosine } = cosineDistillation(build, { student: contract.output, teacher: TARGET })
  build.alias(loss, 'loss')
  build.alias(cosine, 'cosine')
  const trainable = trainableOf(part, start)
  return {
    start,
    triplets: false,
    training: {
      graph: build.finish(['loss', 'cosine']),
      loss: 'loss',
      metrics: ['cosine'],
      trainable,
      optimiser: { kind: 'adamw' },
      clip: 5,
      average: 0.998,
      scales: scalesBySize(
        trainable.map(name => [name, part.initializers.get(name)!] as const),
        { ofZeros: 1e-3 },
      ),
    } satisfies TrainerOptions,
    correction: weights => {
      const tuned = buildOn({ ...withWeights(part, weights), name: correctionName(method, recogniser) })
      tuned.alias(contract.output, 'unmasked')
      return tuned.finish(['unmasked'])
    },
  }
}

// --- internal ---

const trainableOf = (part: Graph, start: string): string[] => {
  const names = new Set<string>()
  for (const { op, inputs } of part.nodes) {
    const weight = part.initializers.get(inputs[1] ?? '')
    if (weight?.type !== 'float32') continue
    const kernel = weight.dims.slice(2)
    const pointwise = op === 'Conv' && kernel.every(size => size === 1)
    const whole = op === 'Conv' && kernel.every(size => size > 5)
    const linear = op === 'Gemm' || op === 'MatMul'
    if (!pointwise && !whole && !linear) continue
    names.add(inputs[1]!)
    if (inputs[2] && part.initializers.has(inputs[2])) names.add(inputs[2])
  }
  if (names.size > 0) return [...names]
  throw new XfmrError('E_UNKNOWN_LAYER', `There are no weights to train behind "${start}".`)
}
