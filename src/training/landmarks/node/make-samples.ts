import { join } from 'node:path'
import { errorToJson } from '../../../errors.ts'
import { chooseFace } from '../../../face/choose.ts'
import type { Detector } from '../../../face/detect.ts'
import type { Face } from '../../../face/face.ts'
import type { Landmarker } from '../../../face/landmarks.ts'
import { readPhoto } from '../../../image/node.ts'
import type { Photo } from '../../../image/photo.ts'
import type { TrainingPhoto } from '../../faces/training-photo.ts'
import { isHeldBack } from '../../held-back.ts'
import { jpegRoundTrip } from '../../photo/node.ts'
import type { LandmarkSample } from '../sample.ts'
import { randomView, samplesOf, viewOf } from '../views.ts'
import { sampleWriter } from './sample-file.ts'

/** The chain that finds the truth: as it ships, on the photo without a mask. */
export type Teacher = { readonly detector: Detector; readonly landmarker: Landmarker }

export type SampleCounts = {
  readonly training: number
  readonly validation: number
  readonly failures: readonly { readonly path: string; readonly code: string }[]
}

/** The face in the middle of a photo, as the teacher sees it. @throws XfmrError `E_NO_FACE` */
export const teacherFace = async ({ detector, landmarker }: Teacher, photo: Photo): Promise<Face> => {
  const { box, score } = chooseFace(await detector(photo), 'central', photo)
  return { box, score, landmarks: await landmarker(photo, box) }
}

/**
 * Makes the samples of all photos, several views each, into `training.bin` and `validation.bin` of a folder.
 * @param onPhoto called after every photo with the number done
 */
export const makeSamples = async (
  folder: string,
  photos: readonly TrainingPhoto[],
  teacher: Teacher,
  { seed, views, onPhoto = () => {} }: { seed: string; views: number; onPhoto?: (done: number) => void },
): Promise<SampleCounts> => {
  const writers = {
    training: sampleWriter(join(folder, 'training.bin')),
    validation: sampleWriter(join(folder, 'validation.bin')),
  }
  const counts = { training: 0, validation: 0 }
  const failures: { path: string; code: string }[] = []
  try {
    for (const [index, photo] of photos.entries()) {
      const part = isHeldBack(seed, photo.identity) ? 'validation' : 'training'
      try {
        for (const sample of await samplesOfPhoto(photo, teacher, seed, views)) {
          writers[part].add(sample)
          counts[part]++
        }
      } catch (error) {
        const { code } = errorToJson(error)
        if (code === 'E_WRITE' || code === 'E_INTERNAL') throw error
        failures.push({ path: photo.path, code })
      }
      onPhoto(index + 1)
    }
  } finally {
    writers.training.close()
    writers.validation.close()
  }
  return { ...counts, failures }
}

// --- internal ---

const samplesOfPhoto = async (
  { path, name }: TrainingPhoto,
  teacher: Teacher,
  seed: string,
  views: number,
): Promise<LandmarkSample[]> => {
  const photo = await readPhoto(path)
  const face = await teacherFace(teacher, photo)
  const samples: LandmarkSample[] = []
  for (let index = 0; index < views; index++) {
    const word = `${name}/view ${index}`
    const view = await viewOf(photo, face, randomView(seed, word), { seed, name: word, jpeg: jpegRoundTrip })
    samples.push(...(await samplesOf(view, face, teacher.detector, { seed, name: word })))
  }
  return samples
}
