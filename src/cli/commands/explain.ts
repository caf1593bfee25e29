import { XfmrError } from '../../errors.ts'
import type { Explainer, MethodMaps, PairExplanation } from '../../explanation/explainer.ts'
import { type Layer, sizeLabel } from '../../explanation/layers.ts'
import { METHOD_IDS, type MethodId } from '../../explanation/methods.ts'
import type { AlignedFace } from '../../face/face.ts'
import type { FloatMap } from '../../image/map.ts'
import type { Comparison } from '../../xfmr.ts'
import { choiceOption, command, numberOption } from '../_command.ts'
import { FACE_OPTION, faceOption, NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'explain',
  description: SUMMARIES.explain,
  examples: [
    ['xfmr explain a.jpg b.jpg --out maps', 'contributions and LayerCAM at one layer of every resolution'],
    [
      'xfmr explain a.jpg b.jpg --method layercam,gradcam --layers 14x14,7x7 --json',
      'raw maps for a program',
    ],
    ['xfmr explain a.jpg', 'one photo: what makes up its own embedding'],
    ['xfmr explain --list-layers', 'the layers of the recogniser'],
  ],
  args: {
    a: { type: 'positional', required: false, description: 'Photo to explain' },
    b: { type: 'positional', required: false, description: 'Photo to compare it with (default: itself)' },
    method: {
      type: 'string',
      default: 'contributions,layercam',
      valueHint: 'LIST',
      description: `contributions, ${METHOD_IDS.join(', ')}; several with commas`,
    },
    layers: {
      type: 'string',
      valueHint: 'LIST',
      description: 'Layers by size (14x14) or name (default: one of every resolution)',
    },
    'list-layers': { type: 'boolean', description: 'List the layers that have maps, and stop' },
    channels: {
      type: 'string',
      valueHint: 'N',
      description: 'How many of the strongest channels to report (default 10)',
    },
    target: {
      type: 'string',
      default: 'frozen',
      valueHint: 'frozen|cosine',
      description: 'Explain the cosine with its own vector length held constant, or as it is',
    },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
    out: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Write the maps as pictures and explanation.json here',
    },
  },
  run: async (args, terminal) => {
    const methods = args.method.split(',').map(name => choiceOption('method', name, METHODS))
    const target = choiceOption('target', args.target, ['frozen', 'cosine'])
    const channels = numberOption('channels', args.channels, {
      fallback: 10,
      min: 0,
      max: 1e6,
      integer: true,
    })
    const choice = faceOption(args.face)
    const options = networkOptions(args)
    const { openForCli } = await import('../_open.ts')
    if (args['list-layers']) {
      const xfmr = await openForCli(terminal, options)
      return layerList(xfmr.explainer)
    }
    if (args.a === undefined) throw new XfmrError('E_USAGE', 'Name the photo to explain. See --help.')
    const { readPhoto } = await import('../../image/node.ts')
    const photoA = await readPhoto(args.a)
    const photoB = args.b === undefined ? photoA : await readPhoto(args.b)
    const xfmr = await openForCli(terminal, options)
    const comparison = await xfmr.compare(photoA, photoB, {
      ...(choice === undefined ? {} : { faceA: choice, faceB: choice }),
    })
    const explanation = await xfmr.explain(comparison, {
      methods: methods.filter(name => name !== 'contributions'),
      ...(args.layers === undefined ? {} : { layers: args.layers.split(',') }),
      channels,
      target,
    })
    const { toExplainResult } = await import('../../report/explanation.ts')
    const json = toExplainResult(comparison, [args.a, args.b ?? args.a], explanation)
    if (args.out !== undefined) {
      const { writeFolder } = await import('../_folder.ts')
      const aligned = [comparison.a.aligned, comparison.b.aligned] as const
      const pictures = await drawPictures(aligned, explanation, args.b === undefined)
      await writeFolder(args.out, { ...pictures, 'explanation.json': `${JSON.stringify(json)}\n` })
    }
    return { json, text: describe(comparison, explanation, args.b === undefined, args.out) }
  },
})

// --- internal ---

const METHODS = ['contributions', ...METHOD_IDS] as const satisfies readonly (MethodId | 'contributions')[]

const layerList = ({ layers, defaults }: Explainer) => ({
  json: { layers: layers.map(layer => ({ ...layer, default: defaults.includes(layer) })) },
  text: layers
    .map(layer => {
      const mark = defaults.includes(layer) ? '  default' : ''
      return `${layer.name.padEnd(12)} ${layer.op.padEnd(10)} ${String(layer.channels).padStart(5)} x ${sizeLabel(layer)}${mark}`
    })
    .join('\n'),
})

/** PNG files by name; both faces of a pair share one colour range for each layer, so that they can be compared. */
const drawPictures = async (
  aligned: readonly [AlignedFace, AlignedFace],
  { a, b }: PairExplanation,
  single: boolean,
): Promise<Record<string, Uint8Array>> => {
  const { encodePng } = await import('../../image/node.ts')
  const { rangeAround } = await import('../../image/map.ts')
  const { SIGNED, STRENGTH, enlarged, gridOverFace, mapOverFace } = await import('../../report/pictures.ts')
  const files: Record<string, Uint8Array> = {}
  const faces = single
    ? ([['a', aligned[0], a]] as const)
    : ([
        ['a', aligned[0], a],
        ['b', aligned[1], b],
      ] as const)
  const common = rangeAround(0, a.contributions, b.contributions)
  for (const [letter, face, explained] of faces) {
    const large = enlarged(face, 4)
    files[`${letter}-face.png`] = await encodePng(large)
    files[`${letter}-contributions.png`] = await encodePng(
      gridOverFace(face, explained.contributions, common),
    )
    for (const [index, { method, layers, map: whole }] of explained.maps.entries()) {
      for (const [position, { layer, map }] of layers.entries()) {
        const other = [a, b].map(({ maps }) => mapAt(maps, index, position))
        const picture = mapOverFace(large, map, { colours: SIGNED, range: rangeAround(0, ...other) })
        files[`${letter}-${method}-${sizeLabel(layer)}-${fileName(layer)}.png`] = await encodePng(picture)
      }
      const picture = mapOverFace(large, whole, { colours: STRENGTH, range: { low: 0, high: 1 } })
      files[`${letter}-${method}-fused.png`] = await encodePng(picture)
    }
  }
  return files
}

const mapAt = (maps: readonly MethodMaps[], method: number, layer: number): FloatMap =>
  maps[method]!.layers[layer]!.map

/** Names of values may hold anything, slashes included. */
const fileName = ({ name }: Layer): string => name.replace(/[^\w.-]+/g, '_')

const total = (map: FloatMap): number => map.data.reduce((sum, value) => sum + value, 0)

const describe = (
  comparison: Comparison,
  { cosine, exact, a, b }: PairExplanation,
  single: boolean,
  out: string | undefined,
): string => {
  const faces = single
    ? ([['the face', comparison.a, a]] as const)
    : ([
        ['A', comparison.a, a],
        ['B', comparison.b, b],
      ] as const)
  const lines = [`cosine ${cosine.toFixed(4)}`]
  for (const [name, { unmasked }, { contributions, bias, channels }] of faces) {
    const cells = total(contributions)
    const sum = exact ? ` = ${(cells + bias).toFixed(4)}` : ''
    const through = unmasked ? ', with the correction for masks' : ''
    lines.push(`${name}: cells ${cells.toFixed(4)} + bias ${bias.toFixed(4)}${sum}${through}`)
    const strongest = channels.slice(0, 5).map(share => `${share.channel} (${share.contribution.toFixed(4)})`)
    if (strongest.length > 0) lines.push(`  strongest channels: ${strongest.join(', ')}`)
  }
  if (out !== undefined) lines.push(`Maps and explanation.json are in ${out}`)
  return lines.join('\n')
}
