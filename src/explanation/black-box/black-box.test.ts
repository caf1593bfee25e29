import { describe, expect, it } from 'vitest'
import { rankCorrelation } from '../faithfulness/agreement.ts'
import { noiseOf, toySubjects } from './_test-subject.ts'
import { scoreChanged } from './changed.ts'
import { explain as corrrise, keptCorrelation, occlusions } from './corrrise.ts'
import { explain as fggb } from './fggb.ts'
import { explain as minplus } from './minplus.ts'
import { explain as xface, xfaceWindows } from './xface.ts'
import { explain as xssab } from './xssab.ts'

/** A face of which only the left upper quarter counts: there the network sees what it looks for. */
const cornerToy = (size: number) => {
  const plane = size * size
  const weights = new Float32Array(2 * 3 * plane)
  const photo = new Float32Array(3 * plane).fill(1)
  for (let i = 0; i < 3 * plane; i++) {
    const [x, y] = [(i % plane) % size, Math.floor((i % plane) / size)]
    if (x < size / 2 && y < size / 2) weights[i] = 1
    else weights[3 * plane + i] = 0.2
  }
  return toySubjects(size, 2, weights, Float32Array.of(1, 0), photo)
}

const meanOf = (data: Float32Array, size: number, corner: boolean): number => {
  let [sum, count] = [0, 0]
  data.forEach((value, i) => {
    if ((i % size < size / 2 && Math.floor(i / size) < size / 2) !== corner) return
    sum += value
    count++
  })
  return sum / count
}

describe('scoreChanged', () => {
  it('scores every copy once, whatever the batch, each changed from the face as it is', async () => {
    const { self, scoreOf } = toySubjects(6, 4)
    const change = (photo: Float32Array, k: number) => photo.fill(k, 0, 10)
    const expected = Array.from({ length: 7 }, (_, k) => {
      const copy = self.photo.slice()
      change(copy, k)
      return scoreOf(copy)
    })
    for (const batch of [1, 3, 16]) {
      const shares: number[] = []
      const onProgress = (share: number) => shares.push(share)
      const { scores, cutShort } = await scoreChanged(self, 7, change, { batch, onProgress })
      expect([...scores]).toEqual(expected.map(Math.fround))
      expect(cutShort).toBe(false)
      expect(shares.at(-1)).toBe(1)
      expect(shares).toHaveLength(Math.ceil(7 / batch))
    }
  })

  it('stops when time is up, after one batch at least', async () => {
    const { self } = toySubjects(6, 4)
    const outcome = await scoreChanged(self, 7, () => {}, { batch: 2, deadline: 0 })
    expect(outcome.scores).toHaveLength(2)
    expect(outcome.cutShort).toBe(true)
  })
})

describe('corrrise', () => {
  it('correlates ranks of scores with what was kept, as the textbook formula does', () => {
    const side = 12
    const masks = Array.from({ length: 40 }, (_, k) => [
      { left: (k * 5) % 9, top: (k * 7) % 9, size: 3 },
      { left: (k * 3) % 9, top: (k * 2) % 9, size: 3 },
    ])
    const scores = [...noiseOf(40, 9)]
    const { data } = keptCorrelation(masks, scores, side)
    for (let i = 0; i < side * side; i++) {
      const kept = masks.map(patches =>
        Number(
          !patches.some(
            ({ left, top, size }) =>
              i % side >= left &&
              i % side < left + size &&
              Math.floor(i / side) >= top &&
              Math.floor(i / side) < top + size,
          ),
        ),
      )
      expect(data[i]).toBeCloseTo(rankCorrelation(kept, scores), 5)
    }
    expect(data[side * side - 1 - 0]).toBe(
      rankCorrelation(
        masks.map(() => 1),
        scores,
      ),
    ) // never covered
  })

  it('draws masks inside the face, the same for the same seed', () => {
    const masks = occlusions(50, 112, 1)
    expect(masks).toEqual(occlusions(50, 112, 1))
    expect(masks).not.toEqual(occlusions(50, 112, 2))
    for (const { left, top, size } of masks.flat()) {
      expect(size).toBe(30)
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
      expect(Math.max(left, top) + size).toBeLessThanOrEqual(112)
    }
  })

  it('finds the part that counts, and what speaks against', async () => {
    const { self, other, runs } = cornerToy(28)
    const { map, parts } = await corrrise(self, other, { samples: 300 })
    expect(runs()).toBe(300)
    expect(meanOf(map.data, 28, true)).toBeGreaterThan(0.3)
    expect(meanOf(map.data, 28, false)).toBeLessThan(0)
    map.data.forEach((value, i) => {
      expect(parts!.similar!.data[i]! - parts!.dissimilar!.data[i]!).toBe(value)
    })
  })

  it('with little time correlates the masks that it had', async () => {
    const { self, other } = cornerToy(28)
    const short = await corrrise(self, other, { samples: 300, deadline: 0, batch: 100 })
    const fewer = await corrrise(self, other, { samples: 100 })
    expect(short.cutShort).toBe(true)
    expect(short.map).toEqual(fewer.map)
  })
})

describe('xface', () => {
  it('has the windows of the paper', () => {
    const sizes = xfaceWindows(112).map(({ size }) => size)
    expect([7, 14, 28].map(size => sizes.filter(value => value === size).length)).toEqual([441, 400, 289])
  })

  it('adds up what each window cost, as plain loops do', async () => {
    const size = 32
    const { self, other, scoreOf } = toySubjects(size, 3)
    const { map } = await xface(self, other, {})
    const whole = scoreOf(self.photo)
    const expected = new Float64Array(size * size)
    for (const p of [2, 4, 8]) {
      const windows = xfaceWindows(size).filter(window => window.size === p)
      const mean = new Float64Array(size * size)
      for (const { left, top } of windows) {
        const copy = self.photo.slice()
        for (let i = 0; i < copy.length; i++) {
          const [x, y] = [(i % (size * size)) % size, Math.floor((i % (size * size)) / size)]
          if (x >= left && x < left + p && y >= top && y < top + p) copy[i] = 0
        }
        const loss = (whole - scoreOf(copy)) / (p * p)
        for (let y = top; y < top + p; y++)
          for (let x = left; x < left + p; x++) mean[y * size + x]! += loss / windows.length
      }
      // 5 x 5 taps of a Gaussian of sigma 5.
      const taps = [-2, -1, 0, 1, 2].map(k => Math.exp(-(k * k) / 50))
      const total = taps.reduce((sum, tap) => sum + tap, 0) ** 2
      const inside = (v: number) => Math.max(0, Math.min(size - 1, v))
      for (let i = 0; i < size * size; i++) {
        for (let dy = -2; dy <= 2; dy++)
          for (let dx = -2; dx <= 2; dx++) {
            const from = inside(Math.floor(i / size) + dy) * size + inside((i % size) + dx)
            expected[i]! += (taps[dx + 2]! * taps[dy + 2]! * mean[from]!) / total / 3
          }
      }
    }
    const most = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
    map.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3 * most)
    })
  })
})

describe('minplus', () => {
  it('finds the part that counts, with as many scores as its steps need', async () => {
    const { self, other, runs } = cornerToy(28)
    const shares: number[] = []
    const { map } = await minplus(self, other, { onProgress: share => shares.push(share) })
    // 4 x 4 blobs: whole and empty, then for removal and addition 16 alone and 16 + 15 + ... + 1 greedily.
    expect(runs()).toBe(2 + 2 * (16 + 136))
    expect(meanOf(map.data, 28, true)).toBeGreaterThan(2 * Math.abs(meanOf(map.data, 28, false)))
    expect(shares.at(-1)).toBe(1)
  })

  it('gives what it has when time is up', async () => {
    const { self, other } = cornerToy(28)
    const { map, cutShort } = await minplus(self, other, { deadline: 0 })
    expect(cutShort).toBe(true)
    expect(map.data.every(Number.isFinite)).toBe(true)
  })
})

/** Gradient of <unit vector, along> by central differences. */
const differences = (
  weights: Float32Array,
  photo: Float32Array,
  along: (unit: number[]) => number,
): number[] => {
  const dimensions = weights.length / photo.length
  const unitOf = (x: Float64Array): number[] => {
    const z = Array.from({ length: dimensions }, (_, d) =>
      x.reduce((sum, value, i) => sum + weights[d * photo.length + i]! * value, 0),
    )
    const length = Math.hypot(...z)
    return z.map(value => value / length)
  }
  return Array.from(photo, (_, i) => {
    const [up, down] = [Float64Array.from(photo), Float64Array.from(photo)]
    up[i]! += 1e-4
    down[i]! -= 1e-4
    return (along(unitOf(up)) - along(unitOf(down))) / 2e-4
  })
}

const sizesOf = (gradient: readonly number[]): number[] => {
  const plane = gradient.length / 3
  return Array.from(
    { length: plane },
    (_, i) => [0, 1, 2].reduce((sum, c) => sum + Math.abs(gradient[i + c * plane]!), 0) / 3,
  )
}

describe('xssab', () => {
  it('differentiates both halves of the dot product of unit vectors', async () => {
    const { self, other, weights } = toySubjects(4, 6)
    const { map, parts } = await xssab(self, other, { threshold: 0.3 })
    const [f1, f2] = [self.face.embedding.vector, other.face.embedding.vector]
    const half = (similar: boolean) =>
      sizesOf(
        differences(weights, self.photo, unit =>
          unit.reduce(
            (sum, value, i) => (f1[i]! * f2[i]! >= 0.05 === similar ? sum + value * f2[i]! : sum),
            0,
          ),
        ),
      )
    const [similar, dissimilar] = [half(true), half(false)]
    similar.forEach((value, i) => {
      expect(parts!.similar!.data[i]).toBeCloseTo(value, 3)
      expect(parts!.dissimilar!.data[i]).toBeCloseTo(dissimilar[i]!, 3)
      expect(map.data[i]).toBeCloseTo(value - dissimilar[i]!, 3)
    })
  })
})

describe('fggb', () => {
  it('weighs the normalised gradients of all dimensions, whatever the batch', async () => {
    const { self, other, weights } = toySubjects(5, 6)
    const one = await fggb(self, other, { batch: 1, threshold: 0.3 })
    const many = await fggb(self, other, { batch: 4, threshold: 0.3 })
    const [f1, f2] = [self.face.embedding.vector, other.face.embedding.vector]
    const sum = new Float64Array(25)
    for (let k = 0; k < 6; k++) {
      const gradient = differences(weights, self.photo, unit => unit[k]!)
      const length = Math.hypot(...gradient)
      sizesOf(gradient).forEach((value, i) => {
        sum[i]! += (value / length) * (f1[k]! * f2[k]! - 0.05)
      })
    }
    const taps = Array.from({ length: 25 }, (_, k) => Math.exp(-((k - 12) ** 2) / 50))
    const total = taps.reduce((all, tap) => all + tap, 0) ** 2
    const inside = (v: number) => Math.max(0, Math.min(4, v))
    for (let i = 0; i < 25; i++) {
      let soft = 0
      for (let dy = -12; dy <= 12; dy++)
        for (let dx = -12; dx <= 12; dx++)
          soft +=
            (taps[dx + 12]! *
              taps[dy + 12]! *
              sum[inside(Math.floor(i / 5) + dy) * 5 + inside((i % 5) + dx)]!) /
            total
      expect(one.map.data[i]).toBeCloseTo(soft, 4)
      expect(many.map.data[i]).toBeCloseTo(one.map.data[i]!, 5)
    }
  })
})
