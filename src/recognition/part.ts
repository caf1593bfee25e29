import { XfmrError } from '../errors.ts'
import type { Graph } from '../onnx/graph.ts'
import { readModel } from '../onnx/proto.ts'

/**
 * Reads a model that was trained on one recogniser and means nothing for another. Its graph is named after both:
 * `mask-worn for mobilefacenet:87aacdfe`, `unmask/head for mobilefacenet:87aacdfe`.
 * @param kind What it must be: the first word of the graph's name, before a slash.
 * @param recogniser Tag of the recogniser, as in pipeline ids; for a counterpart also that of the correction.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when it was trained on another recogniser, `E_MODEL_INVALID` when it is
 * something else
 */
export const readPart = (
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
  kind: keyof typeof KINDS,
  recogniser: string,
): Graph => {
  const graph = readModel(bytes)
  const [part, owner] = graph.name.split(' for ')
  if (owner === undefined || part!.split('/')[0] !== kind) {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `The model "${name}" is no ${KINDS[kind]}: its graph is named "${graph.name}", not "${kind} for ${recogniser}".`,
    )
  }
  if (owner === recogniser) return graph
  throw new XfmrError(
    'E_PIPELINE_MISMATCH',
    `The ${KINDS[kind]} "${name}" was trained on ${owner} and means nothing for the recogniser ${recogniser}.`,
  )
}

// --- internal ---

const KINDS = {
  'mask-worn': 'worn-mask detector',
  unmask: 'correction for masks',
  counterpart: 'counterpart of bare faces',
  xcos: 'xCos',
} as const
