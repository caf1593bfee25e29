import { specOf } from './catalogue.ts'
import type { RecogniserContract } from './contract.ts'
import type { Entry, ImageContract } from './entry.ts'
import type { StoredRecogniser } from './store.ts'

/** The card of a model as plain text: what it is, where it comes from, what it was measured to do, its limits. */
export const cardText = (entry: Entry): string => {
  const { card, source } = entry
  const rows: [string, string][] = [
    ['summary', card.summary],
    ['source', `npm package ${specOf(source)}, ${source.integrity.slice(0, 27)}...`],
    ['files', entry.files.map(({ path }) => path).join(', ')],
    ['licence', card.licence],
    ['origin', card.origin],
    ['training data', card.trainingData],
    ['accuracy', card.accuracy],
    ['intended use', card.intendedUse],
    ['limits', card.limits],
  ]
  if (entry.kind !== 'photos') rows.splice(3, 0, ['input', inputText(entry.contract)])
  return [`${entry.name} (${entry.kind})`, ...rows.map(([title, text]) => row(title, text))].join('\n')
}

/** The card of a model that the user added. What nobody told or measured is unknown. */
export const addedCardText = (model: Omit<StoredRecogniser, 'bytes'>): string => {
  const sources = Object.entries(model.origins).map(([fact, origin]) => `${fact} ${origin}`)
  const rows: [string, string][] = [
    ['sha256', model.sha256],
    ['input', inputText(model.contract)],
    ['facts', `${sources.join(', ')}.`],
    ['how found', model.notes.join(' ')],
    ['licence', model.licence],
    ['training data', 'Unknown to xfmr.'],
    ['accuracy', 'Not measured. Thresholds of other models do not apply.'],
  ]
  return [`${model.name} (recogniser, added)`, ...rows.map(([title, text]) => row(title, text))].join('\n')
}

/** One sentence on how a network wants its input. */
export const inputText = (contract: ImageContract | RecogniserContract): string => {
  const { width, height } = 'size' in contract ? { width: contract.size, height: contract.size } : contract
  const { input, channels } = contract
  const planes = channels === 'grey' ? 'grey' : channels.toUpperCase()
  const grid =
    'grid' in contract ? `; ${contract.dimensions} numbers out, last feature grid "${contract.grid}"` : ''
  return `"${input}", ${width}x${height}, ${planes}, ${pixelText(contract)}${grid}`
}

/** How a pixel is scaled, as a formula. */
export const pixelText = ({ mean, scale }: { readonly mean: number; readonly scale: number }): string => {
  const shifted = mean === 0 ? 'pixel' : `(pixel - ${round(mean)})`
  if (scale === 1) return shifted
  return `${shifted} * ${scale < 1 ? `1/${round(1 / scale)}` : round(scale)}`
}

// --- internal ---

const WIDTH = 100
const INDENT = 16

const round = (value: number): string => String(Number(value.toPrecision(6)))

const row = (title: string, text: string): string => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH - INDENT)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return `  ${title.padEnd(INDENT - 2)}${lines.join(`\n${' '.repeat(INDENT)}`)}`
}
