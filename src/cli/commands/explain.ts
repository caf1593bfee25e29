import { XfmrError } from '../../errors.ts'
import type { CellMatches } from '../../explanation/cell-matches.ts'
import type { Explainer, PairExplanation } from '../../explanation/explainer.ts'
import { sizeLabel } from '../../explanation/layers.ts'
import { BASELINES } from '../../explanation/method-options.ts'
import { METHOD_IDS, METHODS, type MethodId } from '../../explanation/methods.ts'
import type { FloatMap } from '../../image/map.ts'
import type { Comparison } from '../../xfmr.ts'
import { choiceOption, command, numberOption } from '../_command.ts'
import { FACE_OPTION, faceOption, NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'explain',
  description: SUMMARIES.explain,
  examples: [
    ['xfmr explain a.jpg b.jpg --out maps', 'contributions and LayerCAM, with a report'],
    ['xfmr explain a.jpg b.jpg --method auto --out maps', 'the method that was measured to be most faithful'],
    [
      'xfmr explain a.jpg b.jpg --method layercam,lrp,corrrise --budget 20 --out maps',
      'several side by side',
    ],
    ['xfmr explain a.jpg b.jpg --method gradcam --layers 14x14,7x7 --json', 'raw maps for a program'],
    ['xfmr explain a.jpg b.jpg --cells 3:2,3:4 --out maps', 'where two cells of A are found again on B'],
    ['xfmr explain a.jpg b.jpg --filters 14x14:5,7x7:367 --out maps', 'what single channels did'],
    ['xfmr explain a.jpg', 'one photo: what makes up its own embedding'],
    ['xfmr explain --list-methods', 'all methods, what they show and what they cost'],
    ['xfmr explain --list-layers', 'the layers of the recogniser'],
  ],
  args: {
    a: { type: 'positional', required: false, description: 'Photo to explain' },
    b: { type: 'positional', required: false, description: 'Photo to compare it with (default: itself)' },
    method: {
      type: 'string',
      default: 'layercam',
      valueHint: 'LIST',
      description:
        'Methods with commas; auto (measured best), fast (all of few passes), all; see --list-methods',
    },
    'list-methods': { type: 'boolean', description: 'List the methods, and stop' },
    layers: {
      type: 'string',
      valueHint: 'LIST',
      description: "Layers by size (14x14) or name (default: each method's own)",
    },
    'list-layers': { type: 'boolean', description: 'List the layers that have maps, and stop' },
    channels: {
      type: 'string',
      valueHint: 'N',
      description: 'How many of the strongest channels to report (default 10)',
    },
    target: {
      type: 'string',
      valueHint: 'TARGET',
      description:
        'frozen (cosine, own vector length held constant), cosine, xcos, dimension:N, direction:FILE (default: frozen with gradients, cosine without)',
    },
    samples: {
      type: 'string',
      valueHint: 'N',
      description: 'Samples, masks or steps of methods that draw them',
    },
    seed: { type: 'string', valueHint: 'N', description: 'Of everything random (default 1)' },
    baseline: {
      type: 'string',
      default: 'black',
      valueHint: BASELINES.join('|'),
      description: 'Photo from which integrated gradients start',
    },
    augment: {
      type: 'boolean',
      description: 'CAMs: average over mirror image and contrasts, 6 times the cost',
    },
    eigen: { type: 'boolean', description: 'CAMs: keep the first principal component' },
    budget: {
      type: 'string',
      valueHint: 'SECONDS',
      description: 'Time for all methods together: those that draw samples stop in time',
    },
    filters: {
      type: 'string',
      valueHint: 'LIST',
      description:
        'Channels to show by themselves, as LAYER:CHANNEL with commas, for instance 14x14:5,507:367',
    },
    cells: {
      type: 'string',
      valueHint: 'LIST',
      description:
        'Cells of A that are looked for on B, as row:column from 0:0, with commas (default: the six that added most)',
    },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
    out: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Write report.html, explanation.json, pictures and raw maps (.npy) here',
    },
  },
  run: async (args, terminal) => {
    if (args['list-methods']) return methodList()
    const names = args.method.split(',').map(name => choiceOption('method', name, NAMES))
    const whole = { min: 1, max: 1e6, integer: true }
    const channels = numberOption('channels', args.channels, { fallback: 10, ...whole, min: 0 })
    const samples = numberOption('samples', args.samples, { fallback: 0, ...whole })
    const seed = numberOption('seed', args.seed, { fallback: 1, ...whole, min: 0 })
    const budget = numberOption('budget', args.budget, { fallback: Number.POSITIVE_INFINITY, min: 0.001 })
    const baseline = choiceOption('baseline', args.baseline, BASELINES)
    const choice = faceOption(args.face)
    const options = networkOptions(args)
    const { openForCli } = await import('../_open.ts')
    if (args['list-layers']) {
      const xfmr = await openForCli(terminal, options)
      return layerList(xfmr.explainer)
    }
    if (args.a === undefined) throw new XfmrError('E_USAGE', 'Name the photo to explain. See --help.')
    const single = args.b === undefined
    if (single && args.cells !== undefined) {
      throw new XfmrError('E_USAGE', '--cells looks for cells of one face on another: name two photos.')
    }
    const [{ readPhoto }, cli, report, { bestMethod }, { cellMatches }] = await Promise.all([
      import('../../image/node.ts'),
      import('../_explain.ts'),
      import('../../report/explanation.ts'),
      import('../../explanation/measured.ts'),
      import('../../explanation/cell-matches.ts'),
    ])
    const filters = args.filters === undefined ? [] : cli.filtersOption('filters', args.filters)
    const target = args.target === undefined ? undefined : await cli.targetOption(args.target)
    const photoA = await readPhoto(args.a)
    const photoB = args.b === undefined ? photoA : await readPhoto(args.b)
    const xfmr = await openForCli(terminal, options)
    const comparison = await xfmr.compare(photoA, photoB, {
      ...(choice === undefined ? {} : { faceA: choice, faceB: choice }),
    })
    const [gridA, gridB] = [comparison.a.embedding.grid, comparison.b.embedding.grid]
    const cells = args.cells === undefined ? undefined : cli.cellsOption(args.cells, gridA!)
    const measured = await cli.shippedFaithfulness()
    const passes = (budget * 1000) / Math.max(comparison.timings.embed, 1)
    const methods = chosenMethods(names, () => bestMethod(measured, passes))
    const { progress } = await import('../_progress.ts')
    const bar = await progress(terminal, 'Explaining', 1000)
    const explanation = await xfmr
      .explain(comparison, {
        methods,
        ...(args.layers === undefined ? {} : { layers: args.layers.split(',') }),
        ...(target === undefined ? {} : { target }),
        ...(args.samples === undefined ? {} : { samples }),
        ...(args.budget === undefined ? {} : { budget: budget * 1000 }),
        channels,
        filters,
        seed,
        baseline,
        augment: args.augment ?? false,
        eigen: args.eigen ?? false,
        onProgress: share => bar.update(Math.round(share * 1000)),
      })
      .finally(() => bar.stop())
    const matches = single ? undefined : cellMatches(gridA!, gridB!, explanation.a.contributions, { cells })
    const result = report.toExplainResult(comparison, [args.a, args.b ?? args.a], explanation, matches)
    if (args.out !== undefined) {
      const { writeFolder } = await import('../_folder.ts')
      const aligned = [comparison.a.aligned, comparison.b.aligned] as const
      const files = await cli.explanationFiles({ result, explanation, aligned, single, measured, matches })
      await writeFolder(args.out, files)
    }
    return { json: result, text: describe(comparison, explanation, matches, args.out) }
  },
})

// --- internal ---

/** What `--method` takes besides methods; `contributions` are always there. */
const GROUPS = ['auto', 'fast', 'all', 'contributions'] as const

const NAMES = [...GROUPS, ...METHOD_IDS] as const

/** Up to this many passes a method counts as fast. */
const FAST = 10

const chosenMethods = (names: readonly (typeof NAMES)[number][], best: () => MethodId): MethodId[] => {
  const wanted = names.flatMap((name): readonly MethodId[] => {
    if (name === 'all') return METHOD_IDS
    if (name === 'fast') return METHOD_IDS.filter(id => METHODS[id].passes <= FAST)
    if (name === 'auto') return [best()]
    return name === 'contributions' ? [] : [name]
  })
  return [...new Set(wanted)]
}

const methodList = () => ({
  json: {
    methods: METHOD_IDS.map(id => {
      const { load: _, ...facts } = METHODS[id]
      return { id, ...facts }
    }),
  },
  text: METHOD_IDS.map(id => {
    const { about, passes, family } = METHODS[id]
    return `${id.padEnd(15)} ${family.padEnd(10)} ${String(passes).padStart(5)} passes  ${about}`
  }).join('\n'),
})

const layerList = ({ layers, defaults }: Explainer) => ({
  json: { layers: layers.map(layer => ({ ...layer, default: defaults.includes(layer) })) },
  text: layers
    .map(layer => {
      const mark = defaults.includes(layer) ? '  default' : ''
      return `${layer.name.padEnd(12)} ${layer.op.padEnd(10)} ${String(layer.channels).padStart(5)} x ${sizeLabel(layer)}${mark}`
    })
    .join('\n'),
})

const total = (map: FloatMap): number => map.data.reduce((sum, value) => sum + value, 0)

const describe = (
  comparison: Comparison,
  { cosine, exact, a, b }: PairExplanation,
  matches: CellMatches | undefined,
  out: string | undefined,
): string => {
  const single = matches === undefined
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
  if (matches) {
    const { width, height, mutual, fromA } = matches
    const inPlace = fromA.filter((cell, i) => cell === i).length
    lines.push(
      `cells of A and B: ${mutual.length} of ${width * height} are each other's best match, ${inPlace} in the same place`,
    )
  }
  for (const [i, { method, milliseconds, sum, cutShort }] of a.maps.entries()) {
    const time = milliseconds + (single ? 0 : b.maps[i]!.milliseconds)
    const check = sum ? `, adds up to ${sum.found.toFixed(4)} of ${sum.expected.toFixed(4)}` : ''
    lines.push(`${method}: ${(time / 1000).toFixed(2)} s${check}${cutShort ? ', time was up' : ''}`)
  }
  if (out !== undefined) lines.push(`Report, maps and explanation.json are in ${out}`)
  return lines.join('\n')
}
