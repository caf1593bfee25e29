import type { MeanEstimate } from '../../explanation/faithfulness/estimate.ts'
import type { FaithfulnessResult } from '../../explanation/faithfulness/result.ts'
import { METHOD_IDS, type MethodId, methodOf } from '../../explanation/methods.ts'

type Summary = FaithfulnessResult['methods'][number]
type Condition = keyof Summary['conditions']

/** Measured faithfulness as a page of Markdown. */
export const faithfulnessPage = (file: FaithfulnessResult, command: string): string => {
  const { methods, differences, best, threshold } = file
  const failed = methods.filter(({ sanity }) => sanity?.passed === false)
  return [
    '# How faithful the explanations are',
    '',
    `Made by \`${command}\` (xfmr ${file.version}, ${file.date}, seed ${file.seed}): ${file.pairs} genuine pairs of ${file.dataset}, from all over the list${file.failed.length > 0 ? `; ${file.failed.length} of them have no usable face` : ''}. A pair counts as accepted from a cosine of ${threshold.toFixed(3)} on, the threshold for FMR 0.1 % on bare faces. ${file.cutShort ? 'Time was up before everything was measured.' : ''}`.trim(),
    '',
    ...CONDITIONS.map(([id, title]) => `- ${title}: pipeline \`${file.pipelines[id]}\``),
    '',
    'One photo of each pair is explained and changed; the other stays as it is. With a mask, a drawn one is worn on the photo that is explained.',
    '',
    ...HOW,
    '',
    '## In short',
    '',
    best === null
      ? 'No method is cheap and has passed the sanity check.'
      : `The most faithful cheap method is **${labelOf(best)}** (\`${best}\`). ${sanitySentence(failed)}`,
    '',
    ...(differences.length > 0 ? differencesTable(file) : []),
    ...CONDITIONS.flatMap(([id, title]) => curvesTable(methods, id, title)),
    ...moreTable(methods),
    ...maskTable(methods),
    '## Read with care',
    '',
    ...CARE,
    '',
  ].join('\n')
}

// --- internal ---

const CONDITIONS: readonly (readonly [Condition, string])[] = [
  ['unmasked', 'Without masks'],
  ['masked', 'With a mask, not corrected'],
  ['corrected', 'With a mask, corrected'],
]

const HOW = [
  '- Deletion: the pixels that a map puts first are blackened, 10 % more at a time; area under the share of pairs that are still accepted. Low is good. Insertion: they are brought back into a black face. High is good. In brackets: 95 % interval, people resampled. "Cosine": the same areas of the mean cosine.',
  '- ROAD: pixels are filled in from their surroundings instead; half the difference of the cosine between removing the least and the most relevant half. High is good.',
  '- Hidden part: eyes, nose or mouth are taken from somebody else; how well low values point them out (area under the ROC, 0.5 is chance), and how much better than on the photo as it was.',
  '- Patches: 27 of 49 patches are replaced by those of a stranger (by those of the other photo, for a stranger), and pixels restored in the order of the map; areas under the share of wrong decisions. Low is good.',
  '- Sanity: rank correlation with the map of the same network with shuffled weights, with sign and of sizes. From 0.5 on a method **fails**: it draws much the same whatever the network has learnt. Stability: rank correlation with the map of the photo with a little noise (3 of 255).',
  '- Cost: processor time for one face, in embeddings of a face (measured beside it).',
]

const CARE = [
  '- Scattered black pixels harm the network more than closed holes do: random pixels have a very low deletion too. A method is good only when its insertion is high as well; ROAD has no such artefact.',
  '- The middle of an aligned face is a strong guess. A method that does not beat it explains nothing about the pair.',
  '- Methods of many passes are measured on fewer pairs: compare them by the table of differences, which only counts common pairs, or by their intervals.',
  '- Layer and softness of Soft HiResCAM were chosen on other pairs of LFW than those counted here.',
  '- Deletion and insertion blacken or keep pixels of one photo only. They judge what makes two faces similar; what makes them differ is judged by the hidden part and the patches.',
]

const labelOf = (id: string): string => {
  const [name, layer] = id.split('@') as [string, string?]
  const label = (METHOD_IDS as readonly string[]).includes(name) ? methodOf(name as MethodId).label : name
  return layer === undefined ? label : `${label}, ${layer}`
}

const nameCell = ({ id, sanity }: Summary): string =>
  `${labelOf(id)} \`${id}\`${sanity?.passed === false ? ' **fails sanity**' : ''}`

const share = ({ value, interval }: MeanEstimate): string => {
  const points = (number: number): string => (100 * number).toFixed(1)
  return interval === null
    ? points(value)
    : `${points(value)} (${points(interval[0])} to ${points(interval[1])})`
}

const number = ({ value, interval }: MeanEstimate, digits = 3): string =>
  interval === null
    ? value.toFixed(digits)
    : `${value.toFixed(digits)} (${interval[0].toFixed(digits)} to ${interval[1].toFixed(digits)})`

const short = (estimate: MeanEstimate | undefined, digits = 3): string =>
  estimate ? estimate.value.toFixed(digits) : ''

const costText = (cost: number): string => (cost < 0.05 ? '0' : cost < 10 ? cost.toFixed(1) : cost.toFixed(0))

const sanitySentence = (failed: readonly Summary[]): string =>
  failed.length === 0
    ? 'All methods changed with the weights of the network.'
    : `Fails the sanity check: ${failed.map(({ id }) => labelOf(id)).join(', ')}.`

const byGain =
  (condition: Condition) =>
  (a: Summary, b: Summary): number => {
    const gain = ({ conditions }: Summary): number => {
      const { insertionScore, deletionScore } = conditions[condition]!
      return insertionScore.value - deletionScore.value
    }
    return gain(b) - gain(a)
  }

const curvesTable = (methods: readonly Summary[], condition: Condition, title: string): string[] => {
  const measured = methods.filter(({ conditions }) => conditions[condition]).toSorted(byGain(condition))
  if (measured.length === 0) return []
  return [
    `## ${title}`,
    '',
    'Best first, by insertion less deletion of the cosine.',
    '',
    '| method | deletion % | insertion % | deletion, cosine | insertion, cosine | ROAD | cost | pairs |',
    '|---|---|---|---|---|---|---|---|',
    ...measured.map(method => {
      const found = method.conditions[condition]!
      return `| ${nameCell(method)} | ${share(found.deletion)} | ${share(found.insertion)} | ${short(found.deletionScore)} | ${short(found.insertionScore)} | ${number(found.road)} | ${costText(method.cost)} | ${found.deletion.pairs} |`
    }),
    '',
  ]
}

const moreTable = (methods: readonly Summary[]): string[] => {
  const measured = methods.filter(
    ({ hiding, patches, sanity, stability }) => hiding ?? patches ?? sanity ?? stability,
  )
  if (measured.length === 0) return []
  return [
    '## Hidden parts, patches, sanity, stability',
    '',
    'Without masks.',
    '',
    '| method | hidden part found | better than before | patches: FNMR area % | FMR area % | sanity, signed | sizes | stability | pairs |',
    '|---|---|---|---|---|---|---|---|---|',
    ...measured.map(method => {
      const { hiding, patches, sanity, stability } = method
      const areas = (estimate: MeanEstimate | undefined): string => (estimate ? share(estimate) : '')
      return `| ${nameCell(method)} | ${hiding ? number(hiding.finds) : ''} | ${short(hiding?.gain)} | ${areas(patches?.fnmr)} | ${areas(patches?.fmr)} | ${short(sanity?.signed, 2)} | ${short(sanity?.size, 2)} | ${short(stability, 2)} | ${(hiding?.finds ?? patches?.fnmr ?? sanity?.signed ?? stability)!.pairs} |`
    }),
    '',
  ]
}

const maskTable = (methods: readonly Summary[]): string[] => {
  const measured = methods.filter(
    ({ conditions }) => conditions.masked?.inMask ?? conditions.corrected?.inMask,
  )
  if (measured.length === 0) return []
  const area = measured[0]!.conditions.masked?.maskArea ?? measured[0]!.conditions.corrected?.maskArea
  return [
    '## Relevance behind the mask',
    '',
    `Share of a map's positive values inside the drawn mask, where nothing of the person is to be seen. An even spread would have ${area ? (100 * area.value).toFixed(0) : '?'} % there. Low is good. And how well low values point out the mask (0.5 is chance).`,
    '',
    '| method | inside, not corrected % | inside, corrected % | mask found, not corrected | mask found, corrected |',
    '|---|---|---|---|---|',
    ...measured.map(method => {
      const { masked, corrected } = method.conditions
      const inside = (estimate: MeanEstimate | undefined): string => (estimate ? share(estimate) : '')
      return `| ${nameCell(method)} | ${inside(masked?.inMask)} | ${inside(corrected?.inMask)} | ${short(masked?.findsMask)} | ${short(corrected?.findsMask)} |`
    }),
    '',
  ]
}

const differencesTable = ({ differences, best }: FaithfulnessResult): string[] => [
  `${labelOf(best!)} less other methods, on the pairs that both were measured on. Deletion below zero and insertion above zero: it is the better one. **Bold** where the interval leaves out zero.`,
  '',
  '| against | condition | deletion, points | insertion, points | deletion, cosine | insertion, cosine | pairs |',
  '|---|---|---|---|---|---|---|',
  ...differences.map(
    ({ against, condition, ...found }) =>
      `| ${labelOf(against)} | ${CONDITIONS.find(([id]) => id === condition)![1].toLowerCase()} | ${sure(found.deletion, share)} | ${sure(found.insertion, share)} | ${sure(found.deletionScore, number)} | ${sure(found.insertionScore, number)} | ${found.deletion.pairs} |`,
  ),
  '',
]

const sure = (estimate: MeanEstimate, write: (estimate: MeanEstimate) => string): string => {
  const { interval } = estimate
  const text = write(estimate)
  return interval && (interval[0] > 0 || interval[1] < 0) ? `**${text}**` : text
}
