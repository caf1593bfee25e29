import { expect, test } from 'vitest'
import { type FitProgress, progressText } from './progress.ts'

const progress: FitProgress = {
  step: 15,
  steps: 100,
  epoch: 2,
  epochs: 10,
  values: { loss: 0.123456, distance: 1 },
  validation: {},
  secondsLeft: 42.4,
}

test('epoch, loss and remaining time; what was validated once it is known', () => {
  expect(progressText(progress)).toBe('epoch 2/10 | loss 0.1235 | 42 s left')
  const later = { ...progress, validation: { cosine: 0.8125 }, secondsLeft: 200 }
  expect(progressText(later)).toBe('epoch 2/10 | loss 0.1235 | cosine 0.8125 | 3 min left')
  expect(progressText({ ...progress, secondsLeft: 7500 })).toContain('2 h 5 min left')
})
