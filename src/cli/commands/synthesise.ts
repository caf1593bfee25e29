import { XfmrError } from '../../errors.ts'
import type { Wish } from '../../explanation/synthesis.ts'
import { command, numberOption } from '../_command.ts'
import { FACE_OPTION, faceOption, MODEL_OPTION, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'synthesise',
  description: SUMMARIES.synthesise,
  examples: [
    ['xfmr synthesise --channel 14x14:40 --out channel.png', 'what activates a channel most'],
    ['xfmr synthesise a.jpg --channel 14x14:40 --out seen.png', 'what that channel sees in a face'],
    ['xfmr synthesise a.jpg --dream 28x28 --out dream.png', 'more of everything that a layer does'],
    ['xfmr synthesise a.jpg --invert 14x14 --out inverted.png', 'what a layer still knows of a face'],
    [
      'xfmr synthesise a.jpg --identity --out face.png',
      'what an embedding gives away: an attack, see the docs',
    ],
  ],
  args: {
    photo: { type: 'positional', required: false, description: 'Photo of the face that it is about' },
    channel: {
      type: 'string',
      valueHint: 'LAYER:CHANNEL',
      description: 'Activate this channel; begins with the face, if a photo is given, else with grey',
    },
    dream: { type: 'string', valueHint: 'LAYER', description: 'Strengthen what the layer sees in the face' },
    invert: {
      type: 'string',
      valueHint: 'LAYER',
      description: 'Bring the face back from the layer, from grey',
    },
    identity: { type: 'boolean', description: "Bring a picture to the face's embedding, from grey" },
    steps: { type: 'string', valueHint: 'N', description: 'Steps along the gradient (default 128)' },
    smooth: {
      type: 'string',
      valueHint: 'PIXELS',
      description: 'Softens steps: less noise, less detail (default 0.75)',
    },
    seed: { type: 'string', valueHint: 'N', description: 'Of the noise that it begins with (default 1)' },
    face: FACE_OPTION,
    model: MODEL_OPTION,
    out: {
      type: 'string',
      default: 'synthesis.png',
      valueHint: 'FILE',
      description: 'The picture, PNG, as large as the network takes faces',
    },
  },
  run: async (args, terminal) => {
    const { channel, dream, invert, identity } = args
    const wishes = Object.entries({ channel, dream, invert, identity: identity || undefined })
    const [name, ...more] = wishes.flatMap(([key, value]) => (value === undefined ? [] : [key]))
    if (name === undefined || more.length > 0) {
      throw new XfmrError('E_USAGE', 'Choose one of --channel, --dream, --invert and --identity.')
    }
    const { photo } = args
    if (photo === undefined && name !== 'channel') {
      throw new XfmrError('E_USAGE', `--${name} needs the photo of a face. See --help.`)
    }
    const steps = numberOption('steps', args.steps, { fallback: 128, min: 1, max: 1e5, integer: true })
    const smooth = numberOption('smooth', args.smooth, { fallback: 0.75, min: 0, max: 20 })
    const seed = numberOption('seed', args.seed, { fallback: 1, min: 0, max: 1e6, integer: true })
    const choice = faceOption(args.face)
    const [
      { openForCli },
      { encodePng, readPhoto },
      cli,
      { writeFolder },
      { synthesise },
      path,
      { progress },
    ] = await Promise.all([
      import('../_open.ts'),
      import('../../image/node.ts'),
      import('../_explain.ts'),
      import('../_folder.ts'),
      import('../../node.ts'),
      import('node:path'),
      import('../_progress.ts'),
    ])
    const filter = channel === undefined ? undefined : cli.filtersOption('channel', channel)
    if (filter && filter.length > 1) throw new XfmrError('E_USAGE', '--channel takes one channel.')
    const read = photo === undefined ? undefined : await readPhoto(photo)
    const xfmr = await openForCli(terminal, networkOptions({ model: args.model }))
    const face = read && (await xfmr.examine(read, await xfmr.findFace(read, choice), { unmask: 'never' }))
    const wish = ((): Wish => {
      if (filter) return filter[0]!
      if (dream !== undefined) return { layer: dream }
      return invert !== undefined ? { layer: invert, like: face!.aligned } : { identity: face!.embedding }
    })()
    const bar = await progress(terminal, 'Synthesising', steps)
    const { picture, values } = await synthesise(xfmr.recogniser, wish, {
      ...(face && (filter || dream !== undefined) && { start: face.aligned }),
      steps,
      smooth,
      seed,
      onProgress: share => bar.update(Math.round(share * steps)),
    }).finally(() => bar.stop())
    await xfmr.release()
    await writeFolder(path.dirname(args.out), { [path.basename(args.out)]: await encodePng(picture) })
    const [before, after] = [values[0]!, values.at(-1)!]
    return {
      json: {
        wish: name,
        ...(photo !== undefined && { photo }),
        steps,
        before,
        after,
        values,
        out: args.out,
      },
      text: [
        `${MEASURES[name as keyof typeof MEASURES]}: ${before.toFixed(4)} before, ${after.toFixed(4)} after ${steps} steps`,
        ...(name === 'identity' || name === 'invert'
          ? ['Made from data about a person: as sensitive as the photo that it came from.']
          : []),
        `Written to ${args.out}`,
      ].join('\n'),
    }
  },
})

// --- internal ---

/** What the number says that goes up. */
const MEASURES = {
  channel: 'mean activity of the channel',
  dream: 'mean square of the activity of the layer',
  invert: 'minus mean squared difference to the activity of the face',
  identity: 'cosine with the face',
} as const
