import { fixed, oneIn, percent, whole } from '../../../src/report/numbers.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import {
  conditionWords,
  evidenceWords,
  masksNote,
  SCORE_NAMES,
  scoreRank,
  VERDICT_WORDS,
} from '../../../src/report/words.ts'
import { text } from '../text.ts'

const capital = (words: string): string => `${words[0]!.toUpperCase()}${words.slice(1)}`

/** The verdict and the score that it rests on. */
export const Verdict = ({
  result,
  time,
}: {
  result: CompareResult
  time: readonly [all: string, networks: string] | null
}) => {
  const score = result.score[result.score.by]
  return (
    <div class={`verdict ${result.verdict}`}>
      <p class="kicker">{text.verdict.title}</p>
      <h2 key={result.verdict} class={result.verdict}>
        {VERDICT_WORDS[result.verdict]}
      </h2>
      <p class="big-number number">{fixed(score)}</p>
      <p class="big-label">{text.verdict.rests(capital(SCORE_NAMES[result.score.by]))}</p>
      <p class="verdict-words">{text.verdict.from(fixed(result.threshold.value))}</p>
      <p class="note">{masksNote(result)}</p>
      {time && <p class="note number">{text.verdict.time(...time)}</p>}
    </div>
  )
}

/** How often such a verdict is wrong. */
export const Rates = ({ result }: { result: CompareResult }) => {
  const { threshold } = result
  const { calibration: set, intervals } = threshold
  const { often, among } = evidenceWords(result)
  const range = ([low, high]: readonly number[]): string =>
    `${percent(low!).replace(/\s%/, '')} to ${percent(high!)}`
  const rate = (name: string, value: number, interval: readonly number[]): string =>
    text.verdict.rate(name, percent(value), range(interval))
  return (
    <div class="rates-block">
      <div class="rates">
        <Rate
          often={oneIn(threshold.fmr) ?? `none of ${whole(set.impostor)}`}
          what={text.verdict.impostors}
          name={rate(text.verdict.falseMatch, threshold.fmr, intervals.fmr)}
        />
        <Rate
          often={oneIn(threshold.fnmr) ?? `none of ${whole(set.genuine)}`}
          what={text.verdict.genuine}
          name={rate(text.verdict.falseNonMatch, threshold.fnmr, intervals.fnmr)}
        />
        <Rate often={often} what={text.verdict.evidence(among)} name={text.verdict.likelihood} />
      </div>
      <p class="note">
        {text.verdict.measured(
          set.name,
          set.synthetic,
          whole(set.genuine),
          whole(set.impostor),
          conditionWords(threshold.condition),
        )}{' '}
        {scoreRank(result)}
      </p>
    </div>
  )
}

// --- internal ---

const Rate = ({ often, what, name }: { often: string; what: string; name: string }) => (
  <div class="rate">
    <p>
      <strong>{capital(often)}</strong> {what}
    </p>
    <p class="note number">{name}</p>
  </div>
)
