import { XfmrError } from '../../../errors.ts'
import type { RecogniserContract } from '../../../models/contract.ts'
import { choiceOption, command, numberOption } from '../../_command.ts'

export default command({
  name: 'add',
  description:
    'Add your own ArcFace-style recogniser. What the graph does not tell about its input is measured on sample photos, or given by you',
  examples: [
    ['xfmr models add w600k_r50.onnx', 'find everything out; the name is that of the file'],
    ['xfmr models add net.onnx --name mine --channels bgr --mean 127.5 --scale 1/127.5', 'say it yourself'],
  ],
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'ONNX file: [batch, 3, 112, 112] in, [batch, numbers] out',
    },
    name: { type: 'string', description: 'Name to use it by. Default: that of the file' },
    channels: { type: 'string', valueHint: 'rgb|bgr', description: 'Order of the colour planes' },
    mean: { type: 'string', description: 'Subtracted from every pixel (0 to 255). Default 0 with --scale' },
    scale: {
      type: 'string',
      description: 'Then multiplied, a number or a fraction such as 1/127.5. Default 1 with --mean',
    },
    size: { type: 'string', description: 'Side of the input, where the graph leaves it open' },
    input: { type: 'string', description: 'Name of the input, where there are several' },
    output: { type: 'string', description: 'Name of the embedding, where several outputs could be it' },
    grid: { type: 'string', description: 'Name of the last feature grid. Default: found' },
    licence: { type: 'string', description: 'Licence of the model, kept with it' },
    replace: { type: 'boolean', description: 'Replace a model of that name' },
  },
  run: async (options, terminal) => {
    const given = givenFacts(options)
    const { file, name = nameFrom(file), licence, replace = false } = options
    const [{ addRecogniser }, { cliStore }, { addedCardText }] = await Promise.all([
      import('./_add.ts'),
      import('../../_store.ts'),
      import('../../../models/card.ts'),
    ])
    const addition = { file, name, given, licence, replace }
    const { model, measurement } = await addRecogniser(cliStore(terminal), addition, terminal)
    const { bytes, ...facts } = model
    return {
      json: { ...facts, bytes: bytes.length, ...(measurement ? { measurement } : {}) },
      text: addedCardText(model),
    }
  },
})

// --- internal ---

type Options = Partial<Record<'channels' | 'mean' | 'scale' | 'size' | 'input' | 'output' | 'grid', string>>

const givenFacts = ({
  channels,
  mean,
  scale,
  size,
  input,
  output,
  grid,
}: Options): Partial<RecogniserContract> => ({
  ...(channels === undefined ? {} : { channels: choiceOption('channels', channels, ['rgb', 'bgr']) }),
  ...(mean === undefined ? {} : { mean: numberOption('mean', mean, { fallback: 0, min: -1000, max: 1000 }) }),
  ...(scale === undefined ? {} : { scale: fraction(scale) }),
  ...(size === undefined
    ? {}
    : { size: numberOption('size', size, { fallback: 112, min: 16, max: 1024, integer: true }) }),
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
  ...(grid === undefined ? {} : { grid }),
})

/** A positive number, or two with a slash between. */
const fraction = (text: string): number => {
  const parts = text.split('/').map(part => (part.trim() === '' ? Number.NaN : Number(part)))
  const value = parts.length === 2 ? parts[0]! / parts[1]! : parts.length === 1 ? parts[0]! : Number.NaN
  if (value > 0 && Number.isFinite(value)) return value
  throw new XfmrError(
    'E_USAGE',
    `--scale takes a positive number or a fraction such as 1/127.5, not "${text}".`,
  )
}

const nameFrom = (file: string): string => {
  const stem = file
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.onnx$/i, '')
  return stem
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
}
