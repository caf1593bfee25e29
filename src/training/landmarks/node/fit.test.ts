import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelBytes, samplePhotoPath } from '../../../../test/models.ts'
import { createDetector } from '../../../face/detect.ts'
import { createLandmarker } from '../../../face/landmarks.ts'
import { readPhoto } from '../../../image/node.ts'
import { nodeRuntime } from '../../../onnx/node.ts'
import { readModel, writeModel } from '../../../onnx/proto.ts'
import type { Session } from '../../../onnx/runtime.ts'
import { createRandom } from '../../../random.ts'
import { jpegRoundTrip } from '../../photo/node.ts'
import type { LandmarkSample } from '../sample.ts'
import { randomView, samplesOf, viewOf } from '../views.ts'
import { errorsOf, fitLandmarks } from './fit.ts'
import { type Teacher, teacherFace } from './make-samples.ts'
import { openSamples, sampleWriter } from './sample-file.ts'

const runtime = nodeRuntime()
let folder: string
let sessions: Session[]
let teacher: Teacher
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-landmarks-'))
  sessions = await Promise.all(
    ['detector', 'landmarks'].map(async name => runtime.load(await modelBytes(name))),
  )
  teacher = { detector: createDetector(sessions[0]!), landmarker: createLandmarker(sessions[1]!) }
})
afterAll(async () => {
  await Promise.all(sessions.map(session => session.release()))
  await rm(folder, { recursive: true })
})

/** Crops of one photo in a file. */
const samplesInFile = async (name: string, views: number): Promise<string> => {
  const path = join(folder, `${name}.bin`)
  const writer = sampleWriter(path)
  const photo = await readPhoto(samplePhotoPath('cage.jpg'))
  const face = await teacherFace(teacher, photo)
  for (let i = 0; i < views; i++) {
    const word = `${name} ${i}`
    const view = await viewOf(photo, face, randomView('1', word), {
      seed: '1',
      name: word,
      jpeg: jpegRoundTrip,
    })
    for (const sample of await samplesOf(view, face, teacher.detector, { seed: '1', name: word }))
      writer.add(sample)
  }
  writer.close()
  return path
}

describe('sample files', () => {
  it('give back what was written', async () => {
    const random = createRandom('file')
    const samples: LandmarkSample[] = [true, false, true].map(masked => ({
      crop: Uint8Array.from({ length: 4096 }, () => random.index(256)),
      shares: Float32Array.from({ length: 136 }, () => random.uniform()),
      masked,
    }))
    const path = join(folder, 'round.bin')
    const writer = sampleWriter(path)
    for (const sample of samples) writer.add(sample)
    writer.close()
    const file = openSamples(path)
    expect(file.count).toBe(3)
    expect([2, 0, 1].map(file.read)).toEqual([samples[2], samples[0], samples[1]])
    file.close()
    expect((await stat(path)).size).toBe(3 * (4096 + 137 * 4))
  })

  it('say what is wrong with a path', () => {
    expect(() => sampleWriter(join(folder, 'none/at all'))).toThrow(
      expect.objectContaining({ code: 'E_WRITE' }),
    )
    expect(() => openSamples(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'E_READ' }))
  })
})

describe('views', () => {
  it('are masked and degraded as often as they should be, and the same every time', () => {
    const views = Array.from({ length: 2000 }, (_, i) => randomView('1', `photo ${i}`))
    const share = (test: (view: (typeof views)[0]) => boolean): number =>
      views.filter(test).length / views.length
    expect(share(({ mask }) => mask !== null)).toBeCloseTo(0.65, 1)
    expect(share(({ mask }) => mask?.type === 'random-flat')).toBeCloseTo(0.65 / 8, 1)
    expect(share(({ strength }) => strength === 0)).toBeCloseTo(0.2, 1)
    expect(views).toEqual(Array.from({ length: 2000 }, (_, i) => randomView('1', `photo ${i}`)))
  })
})

describe('fitLandmarks', () => {
  it('learns a small set, leaves the first layers alone, and comes to the same weights again', async () => {
    const training = openSamples(await samplesInFile('training', 6))
    const model = readModel(await modelBytes('landmarks'))
    const options = { seed: '1', epochs: 6, batch: 10, rate: 1e-3 }
    const fitted = await fitLandmarks(runtime, model, training, training, options)
    expect(fitted.steps).toBe(18)
    expect(fitted.after.masked).toBeLessThan(0.8 * fitted.before.masked)
    const file = readModel(writeModel(fitted.model))
    expect(file.inputs).toEqual(model.inputs)
    expect(await errorsOf(runtime, file, training)).toEqual(fitted.after)
    const first = model.nodes[0]!.inputs[1]!
    expect(file.initializers.get(first)).toEqual(model.initializers.get(first))
    const again = await fitLandmarks(runtime, model, training, training, options)
    expect(writeModel(again.model)).toEqual(writeModel(fitted.model))
    training.close()
  }, 300_000)
})
