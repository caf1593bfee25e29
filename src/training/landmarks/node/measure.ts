import { errorToJson } from '../../../errors.ts'
import type { Landmarker } from '../../../face/landmarks.ts'
import { readPhoto } from '../../../image/node.ts'
import { REAL_TYPES } from '../../../masking/recipe.ts'
import type { TrainingPhoto } from '../../faces/training-photo.ts'
import { jpegRoundTrip } from '../../photo/node.ts'
import { type Drift, driftThrough, type FaceDrift, meanDrift } from '../drift.ts'
import { type ViewWishes, viewOf } from '../views.ts'
import { type Teacher, teacherFace } from './make-samples.ts'

/** One kind of view, measured before and after. */
export type DriftRow = { readonly label: string; readonly before: Drift; readonly after: Drift }

/** The kinds of view that are measured. */
export const VIEWS: readonly (readonly [label: string, wishes: ViewWishes])[] = [
  ['bare', { mask: null, strength: 0 }],
  ['bare, degraded', { mask: null, strength: 1 }],
  ...REAL_TYPES.map((type): [string, ViewWishes] => [
    type,
    { mask: { type, coverage: 'high' }, strength: 0 },
  ]),
  ['surgical, nose out', { mask: { type: 'surgical', coverage: 'nose-out' }, strength: 0 }],
  ['flat shapes', { mask: { type: 'random-flat' }, strength: 0 }],
  ['random', { mask: {}, strength: 0 }],
  ['random, degraded', { mask: {}, strength: 1 }],
]

/**
 * Sends every kind of view of every photo through the whole chain (detector on the view, both crops, mirror average) with the
 * teacher's landmarks and with the student's, against what the teacher finds on the bare photo. Photos without a face are left out.
 */
export const measureDrift = async (
  photos: readonly TrainingPhoto[],
  teacher: Teacher,
  student: Landmarker,
  { seed, onPhoto = () => {} }: { seed: string; onPhoto?: (done: number) => void },
): Promise<DriftRow[]> => {
  const drifts = VIEWS.map((): (readonly [FaceDrift, FaceDrift] | null)[] => [])
  for (const [index, { path, name }] of photos.entries()) {
    const photo = await readPhoto(path)
    try {
      const face = await teacherFace(teacher, photo)
      for (const [k, [label, wishes]] of VIEWS.entries()) {
        const word = `${name}/measure ${label}`
        const view = await viewOf(photo, face, wishes, { seed, name: word, jpeg: jpegRoundTrip })
        if (view.masked !== (wishes.mask !== null)) continue
        const chains = [teacher.landmarker, student]
        const found = await driftThrough(view.photo, face, teacher.detector, chains)
        drifts[k]!.push(found && [found[0]!, found[1]!])
      }
    } catch (error) {
      if (errorToJson(error).code !== 'E_NO_FACE') throw error
    }
    onPhoto(index + 1)
  }
  return VIEWS.map(([label], k) => ({
    label,
    before: meanDrift(drifts[k]!.map(pair => pair?.[0] ?? null)),
    after: meanDrift(drifts[k]!.map(pair => pair?.[1] ?? null)),
  }))
}
