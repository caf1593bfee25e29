import { useEffect, useRef } from 'preact/hooks'
import { duration, fixed, percent } from '../../../src/report/numbers.ts'
import { grab } from '../parts/camera.tsx'
import { Picture } from '../parts/canvas.tsx'
import { FailureNote } from '../parts/failure.tsx'
import { PhotoSlot } from '../parts/slot.tsx'
import { live, ROLLING, reference, SHOWN, startLive, stopLive } from '../state/live.ts'
import { putPhoto, slots } from '../state/photos.ts'
import { text } from '../text.ts'

export const LivePage = () => {
  const video = useRef<HTMLVideoElement>(null)
  const { step, failure } = live.value
  useEffect(() => stopLive, [])
  const take = async (): Promise<void> => {
    await putPhoto(reference, await grab(video.current!), text.slot.taken)
  }
  // Photo A serves until there is a reference of its own.
  const slot = reference.value.step === 'empty' && slots.a.value.step === 'ready' ? slots.a : reference
  return (
    <>
      <header class="page-head">
        <h1>{text.live.title}</h1>
        <p class="lead">{text.live.lead}</p>
      </header>
      <div class="live">
        <div class="live-camera">
          <div class="live-view">
            <video ref={video} playsInline muted aria-label={text.live.video} />
            <FaceBox />
            {step !== 'on' && <p>{step === 'starting' ? text.live.starting : text.live.waiting}</p>}
          </div>
          <div class="buttons">
            {step === 'off' ? (
              <button type="button" class="primary" onClick={() => void startLive(video.current!)}>
                {text.live.start}
              </button>
            ) : (
              <button type="button" class="primary" onClick={stopLive}>
                {text.live.stop}
              </button>
            )}
            <button type="button" disabled={step !== 'on'} onClick={() => void take()}>
              {text.live.take}
            </button>
            <Rate />
          </div>
          {failure && <FailureNote failure={failure} />}
        </div>
        <Findings />
        <section class="live-reference" aria-labelledby="reference-title">
          <h2 id="reference-title">{text.live.reference}</h2>
          <p class="note">{text.live.referenceLead}</p>
          <PhotoSlot side="a" slot={slot} />
        </section>
      </div>
    </>
  )
}

// --- internal ---

const Rate = () => {
  const { finding, rate } = live.value
  return (
    <span class="note number">
      {finding && text.live.rate(rate.toFixed(rate < 10 ? 1 : 0), duration(finding.time))}
    </span>
  )
}

/** Mirrored, like the video. */
const FaceBox = () => {
  const { finding } = live.value
  if (!finding?.face) return null
  const { width, height } = finding
  const [x, y, w, h] = finding.face.box
  const place = {
    left: `${(1 - (x + w) / width) * 100}%`,
    top: `${(y / height) * 100}%`,
    width: `${(w / width) * 100}%`,
    height: `${(h / height) * 100}%`,
  }
  return (
    <div class="live-frame" style={{ '--shape': width / height }}>
      <div class="face-box only" style={place} />
    </div>
  )
}

const Findings = () => {
  const { finding, scores } = live.value
  const mask = finding?.mask
  const rolling = scores.slice(-ROLLING)
  const mean = rolling.reduce((sum, score) => sum + score, 0) / rolling.length
  const threshold = finding?.threshold ?? null
  const verdict = rolling.length > 0 && threshold !== null ? (mean >= threshold ? 'same' : 'different') : null
  return (
    <section class="live-findings card" aria-label={text.verdict.title}>
      <div class="live-face">
        <div class="aligned">
          {finding?.aligned && <Picture bitmap={finding.aligned} label={text.live.aligned} />}
        </div>
        <div>
          <p class="mask-state">{mask ? text.live.states[mask.state] : finding ? text.live.noFace : ' '}</p>
          <p class="note number">{mask ? percent(mask.probability) : ' '}</p>
          <p class="note">{finding?.unmasked ? text.live.corrected : ' '}</p>
          <p class="note">{finding && finding.faces > 1 ? text.live.several(finding.faces) : ' '}</p>
        </div>
      </div>
      <div class="live-verdict" aria-live="polite">
        <p class={`live-words ${verdict ?? ''}`}>
          {verdict ? text.live[verdict] : finding?.face ? text.live.unsure : ' '}
        </p>
      </div>
      <p class="live-score number">{rolling.length > 0 ? fixed(mean, 3) : ' '}</p>
      <p class="note">
        {rolling.length > 0 ? text.live.rolling(rolling.length) : ' '}
        {threshold !== null && `, ${text.verdict.threshold} ${fixed(threshold, 3)}`}
      </p>
      <Curve scores={scores} threshold={threshold} />
    </section>
  )
}

/** The last scores as a line, with the threshold. */
const Curve = ({ scores, threshold }: { scores: readonly number[]; threshold: number | null }) => {
  const [low, high] = [-0.25, 1]
  const y = (score: number): number => HEIGHT - ((Math.max(low, score) - low) / (high - low)) * HEIGHT
  const x = (i: number): number => ((i + SHOWN - scores.length) / (SHOWN - 1)) * WIDTH
  const line = scores.map((score, i) => `${x(i).toFixed(1)} ${y(score).toFixed(1)}`).join('L')
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={text.live.history}
    >
      {threshold !== null && <line class="limit" x1="0" x2={WIDTH} y1={y(threshold)} y2={y(threshold)} />}
      {line && <path d={`M${line}`} />}
    </svg>
  )
}

const WIDTH = 400
const HEIGHT = 80
