import type { RecogniserContract } from '../../models/contract.ts'
import { buildOn } from '../../onnx/builder.ts'
import { cosineDistillation } from '../losses/distillation.ts'
import { srtLoss } from '../losses/srt.ts'
import { tripletLoss } from '../losses/triplet.ts'
import { addEum, buildWithEum, EUM_TRAINABLE, eumGraph, initialEum } from './eum.ts'
import { correctionName, NEGATIVE, type Student, TARGET } from './student.ts'

export type EumLoss = 'srt' | 'triplet' | 'cosine'

/** The published Embedding Unmasking Model, which works on finished embeddings, with one of three losses. */
export const eumStudent = (
  contract: RecogniserContract,
  { loss, batch, seed, recogniser }: { loss: EumLoss; batch: number; seed: string; recogniser: string },
): Student => {
  const weights = initialEum(contract.dimensions, seed)
  const build = buildWithEum(weights)
  const rows = { type: 'float32', shape: [batch, contract.dimensions] } as const
  const { output, running } = addEum(build, build.input(contract.output, rows))
  build.input(TARGET, rows)
  const distilled = cosineDistillation(build, { student: output, teacher: TARGET })
  build.alias(distilled.cosine, 'cosine')
  const triplets = loss !== 'cosine'
  if (triplets) {
    build.input(NEGATIVE, rows)
    const values = { anchor: output, positive: TARGET, negative: NEGATIVE }
    build.alias((loss === 'srt' ? srtLoss : tripletLoss)(build, values).loss, 'loss')
  } else {
    build.alias(distilled.loss, 'loss')
  }
  return {
    start: contract.output,
    triplets,
    training: {
      graph: build.finish(['loss', 'cosine']),
      loss: 'loss',
      metrics: ['cosine'],
      trainable: EUM_TRAINABLE,
      optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
      running,
    },
    correction: trained => {
      const graph = eumGraph(new Map([...weights, ...trained]))
      const [input] = graph.inputs
      const named = {
        ...graph,
        name: correctionName(`eum-${loss}`, recogniser),
        inputs: [{ ...input!, name: contract.output }],
        nodes: graph.nodes.map(node => ({
          ...node,
          inputs: node.inputs.map(name => (name === input!.name ? contract.output : name)),
        })),
      }
      const renamed = buildOn(named)
      renamed.alias('corrected', 'unmasked')
      return renamed.finish(['unmasked'])
    },
  }
}
