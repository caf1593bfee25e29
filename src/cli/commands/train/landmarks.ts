import { basename, join } from 'node:path'
import { command, numberOption } from '../../_command.ts'
import { progress } from '../../_progress.ts'
import { choosePhotos, peopleIn, peopleOptions, trainCommand } from './_people.ts'

export default command({
  name: 'landmarks',
  description: 'Train the landmark model to find the points of bare faces under masks, on unmasked photos',
  examples: [
    ['xfmr train landmarks people --out models', 'draws masks on the photos, trains, writes model and card'],
    ['xfmr train landmarks people --out models --resume', 'goes on where that was stopped'],
  ],
  args: {
    ...peopleOptions('landmarks.onnx and its card landmarks.md'),
    run: {
      type: 'string',
      valueHint: 'DIR',
      default: 'runs/landmarks',
      description: 'Folder for crops, log and checkpoints (default runs/landmarks)',
    },
    resume: { type: 'boolean', description: 'Go on with the run in that folder' },
    views: { type: 'string', valueHint: 'N', description: 'Views drawn of every photo (default 2)' },
    epochs: { type: 'string', valueHint: 'N', description: 'Times that every crop is seen (default 3)' },
    batch: { type: 'string', valueHint: 'N', description: 'Crops in a step (default 32)' },
    rate: { type: 'string', valueHint: 'R', description: 'Highest learning rate (default 0.001)' },
    'per-person': { type: 'string', valueHint: 'N', description: 'Most photos of a person (default all)' },
    'max-photos': { type: 'string', valueHint: 'N', description: 'Most photos of each folder (default all)' },
    measure: {
      type: 'string',
      valueHint: 'N',
      description: 'Most validation photos that the card is measured on (default 300)',
    },
    seed: { type: 'string', default: '1', description: 'Number or word that fixes views, split and order' },
  },
  rest: true,
  run: async (typed, terminal) => {
    const { _: folders, out, run, resume, seed, ...args } = typed
    const count = (name: keyof typeof args & string, fallback: number): number =>
      numberOption(name, args[name] as string | undefined, { fallback, min: 1, max: 1e9, integer: true })
    const settings = {
      seed,
      views: count('views', 2),
      epochs: count('epochs', 3),
      batch: count('batch', 32),
      rate: numberOption('rate', args.rate, { fallback: 1e-3, min: 1e-8, max: 1 }),
    }
    const measured = count('measure', 300)
    const photos = await choosePhotos(folders, count('per-person', 1e9), count('max-photos', 1e9))
    const { trainLandmarks } = await import('../../../training/landmarks/node/train.ts')
    const { cliStore } = await import('../../_store.ts')
    const bars: { stop(): void }[] = []
    const result = await trainLandmarks(cliStore(terminal), photos, {
      ...settings,
      folder: run,
      resume: resume ?? false,
      measured,
      onPhase: async (label, total) => {
        bars.pop()?.stop()
        const bar = await progress(terminal, label, total)
        bars.push(bar)
        return done => bar.update(done)
      },
    }).finally(() => bars.pop()?.stop())
    const { landmarkCard } = await import('../../../training/landmarks/card.ts')
    const { writeFolder } = await import('../../_folder.ts')
    const held = new Set(result.held)
    const validation = photos.filter(({ identity }) => held.has(identity))
    const people = { training: peopleIn(photos) - peopleIn(validation), validation: held.size }
    const { model, held: _, ...numbers } = result
    const facts = {
      ...numbers,
      ...settings,
      photos: photos.length,
      people,
      command: trainCommand('landmarks', folders, typed),
    }
    const card = landmarkCard({ ...facts, folders: folders.map(folder => basename(folder)) })
    await writeFolder(out, { 'landmarks.onnx': model, 'landmarks.md': card })
    for (const { path, code } of result.failures) terminal.err(`${path}: ${code}\n`)
    return {
      json: facts,
      text: `${card}\nWritten to ${join(out, 'landmarks.onnx')} and ${join(out, 'landmarks.md')}`,
    }
  },
})
