import { resolve } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import { type BatchInput, type BatchSettings, JOB_KINDS, type JobKind } from '../../../jobs/schema.ts'
import { choiceOption, command } from '../../_command.ts'
import { enrolInputs } from '../../_enrol.ts'
import { FACE_OPTION, faceOption, NETWORK_OPTIONS, networkOptions } from '../../_faces.ts'
import { GALLERY_OPTIONS, plural } from '../../_gallery.ts'
import { listPhotos } from '../../_photos.ts'
import { withQueue } from './_queue.ts'

export default command({
  name: 'add',
  description:
    'Add photos as jobs for "xfmr work": enrol, embed or mask them. Paths are stored as the workers see them',
  examples: [
    ['xfmr jobs add enrol /faces --db postgres://host/faces', '/faces/Ada/1.jpg goes to Ada'],
    [
      'xfmr jobs add embed /faces --db postgres://host/faces',
      'fetch the lines with "xfmr jobs show ID --out"',
    ],
    ['xfmr jobs add mask /faces --out /masked --db postgres://host/faces', 'masked photos appear in /masked'],
  ],
  args: {
    kind: { type: 'positional', required: true, description: JOB_KINDS.join(', ') },
    paths: { type: 'positional', description: 'Photos or folders, with everything below' },
    ...GALLERY_OPTIONS,
    subject: {
      type: 'string',
      valueHint: 'NAME',
      description: 'Of enrol: who it is (default: the folder of a photo)',
    },
    each: {
      type: 'boolean',
      description: 'Of enrol: every photo is a person of its own, named after its file',
    },
    thumbnails: { type: 'boolean', description: 'Of enrol: keep the aligned faces' },
    out: { type: 'string', valueHint: 'DIR', description: 'Of mask: where the masked photos go' },
    type: { type: 'string', default: 'random', description: 'Of mask: as "xfmr mask --type"' },
    seed: { type: 'string', default: '1', description: 'Of mask: fixes what is drawn' },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
  },
  rest: true,
  run: async ({ kind: word, _: words, ...args }) => {
    const kind = choiceOption('kind', word, JOB_KINDS)
    const paths = words.slice(1)
    if (paths.length === 0) throw new XfmrError('E_USAGE', 'Say which photos: files or folders.')
    const { inputs, settings } = await JOBS[kind](paths, args)
    const batch = await withQueue(args, queue => queue.submit(kind, settings, inputs))
    return {
      json: { batch, photos: inputs.length },
      text: `Added ${plural(inputs.length, 'photo')} as batch ${batch}. "xfmr work" works on them, "xfmr jobs list" shows how far it is.`,
    }
  },
})

// --- internal ---

type Args = Parameters<typeof networkOptions>[0] & {
  subject?: string | undefined
  each?: boolean | undefined
  thumbnails?: boolean | undefined
  out?: string | undefined
  type: string
  seed: string
  face?: string | undefined
}

type Batch = { inputs: BatchInput[]; settings: BatchSettings }

const faceSettings = (args: Args): BatchSettings => {
  const face = faceOption(args.face)
  return { network: networkOptions(args), ...(face === undefined ? {} : { face }) }
}

const JOBS: Readonly<Record<JobKind, (paths: readonly string[], args: Args) => Promise<Batch>>> = {
  enrol: async (paths, args) => {
    const { subjectName } = await import('../../../gallery/names.ts')
    const inputs = (await enrolInputs(paths, args)).map(input => {
      if ('line' in input)
        throw new XfmrError('E_USAGE', 'Jobs enrol photos: use "xfmr gallery enrol" for embeddings.')
      return { photo: resolve(input.photo), subject: subjectName(input.subject) }
    })
    return { inputs, settings: { ...faceSettings(args), thumbnails: args.thumbnails ?? false } }
  },
  embed: async (paths, args) => ({
    inputs: (await listPhotos(paths, { recursive: true })).map(photo => ({ photo: resolve(photo) })),
    settings: faceSettings(args),
  }),
  mask: async (paths, { out, type, seed, face }) => {
    if (out === undefined) throw new XfmrError('E_USAGE', 'Say where the masked photos go: --out DIR.')
    const [{ listInputs }, { parseType }] = await Promise.all([
      import('../../../masking/node/tasks.ts'),
      import('../../../masking/recipe.ts'),
    ])
    return {
      inputs: (await listInputs(paths, out, true)).map(({ input, name }) => ({
        photo: resolve(input),
        name,
      })),
      settings: {
        out: resolve(out),
        seed,
        wishes: { type: parseType(type) },
        face: faceOption(face) ?? 'all',
        aligned: false,
        region: false,
      },
    }
  },
}
