import type { SamplePair } from '../../../src/studio/config.ts'
import { config } from '../state/engine.ts'
import { putSample, slots } from '../state/photos.ts'
import { change } from '../state/settings.ts'
import { text } from '../text.ts'

/** Puts both photos of a pair into their places. */
export const startSample = ({ name, a, b }: SamplePair): void => {
  change({ pair: name })
  void putSample(slots.a, a)
  void putSample(slots.b, b)
}

/** Pairs of sample photos to start with. */
export const Samples = () => (
  <section class="samples" aria-labelledby="samples-title">
    <h2 id="samples-title">{text.compare.samples}</h2>
    <ul>
      {(config.value?.samples ?? []).map(pair => (
        <li key={pair.name}>
          <button type="button" onClick={() => startSample(pair)}>
            <span class="sample-pictures">
              <img src={pair.a} alt="" width="72" height="72" />
              <img src={pair.b} alt="" width="72" height="72" />
            </span>
            <span>{text.compare.samplePairs[pair.name] ?? pair.name}</span>
          </button>
        </li>
      ))}
    </ul>
  </section>
)
