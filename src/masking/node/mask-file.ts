import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorToJson, XfmrError, type XfmrErrorCode } from '../../errors.ts'
import { alignFace } from '../../face/align.ts'
import { chooseFace, type FaceChoice } from '../../face/choose.ts'
import type { Face } from '../../face/face.ts'
import { readPhoto } from '../../image/node.ts'
import type { Photo, Point } from '../../image/photo.ts'
import { WARN_YAW } from '../check.ts'
import { type RecipeWishes, randomRecipe } from '../recipe.ts'
import { alignRegion, joinRegions } from '../region.ts'
import { type MaskedPhoto, type MaskParameters, renderMask } from '../render.ts'
import { encodeLike, encodeRegion, writeWhole } from './encode.ts'

/** One photo to be masked. */
export type MaskTask = {
  /** Path as given. */
  readonly input: string
  /** Path inside the output folder, with forward slashes; also the image's name for random draws. */
  readonly name: string
  /** Landmarks from the user's list, if there is one. */
  readonly landmarks?: readonly (readonly Point[])[]
  /** Why there are none in the user's list. */
  readonly error?: { code: XfmrErrorCode; message: string }
}

/** What holds for all photos of a run. JSON-serialisable, so that it reaches workers as it is. */
export type MaskSettings = {
  readonly out: string
  readonly seed: string
  readonly wishes: RecipeWishes
  readonly face: FaceChoice | 'all'
  readonly aligned: boolean
  readonly region: boolean
  readonly quality: number | undefined
  /** Path of the picture for the pattern `image`. */
  readonly patternFile: string | undefined
}

/** How faces are found. */
export type FaceSources = {
  find(photo: Photo): Promise<readonly Pick<Face, 'box' | 'score' | 'landmarks'>[]>
  /** Landmarks of a face that fills an aligned crop. */
  alignedLandmarks(photo: Photo): Promise<readonly Point[]>
}

export type MaskedFaceRow = {
  type: string
  seed: string
  params: MaskParameters & { patternFile?: string }
  landmarks: readonly Point[]
  landmarksFrom: 'detector' | 'aligned' | 'file'
  warning?: string
  alignedRegion?: string
}

/** A row of the manifest. `status`: every chosen face masked, or only some (`refused` tells why). */
export type ManifestRow =
  | ({
      input: string
      output: string
      status: 'masked' | 'partly'
      region?: string
      faces?: MaskedFaceRow[]
      refused?: ReturnType<typeof errorToJson>[]
    } & MaskedFaceRow)
  | { input: string; error: ReturnType<typeof errorToJson> }

/** Masks one photo: reads, finds, draws, writes. Never throws: what goes wrong is in the row. */
export const maskFile = async (
  task: MaskTask,
  settings: MaskSettings,
  sources: FaceSources,
): Promise<ManifestRow> => {
  try {
    if (task.error) return { input: task.input, error: task.error }
    return await maskOne(task, settings, sources)
  } catch (error) {
    return { input: task.input, error: errorToJson(error) }
  }
}

/** A photo with masks on its faces, before it is written anywhere. */
export type MaskedFaces = {
  readonly photo: Photo
  readonly rows: MaskedFaceRow[]
  /** Where each mask is, see `MaskedPhoto.region`. */
  readonly regions: readonly Uint8Array[]
  /** Why faces that were chosen got no mask. */
  readonly refused: readonly unknown[]
}

/**
 * Puts a mask on every chosen face of a photo.
 * @throws XfmrError as `chooseFace` and `renderMask` do, where no face could be masked
 */
export const maskPhoto = async (
  before: Photo,
  task: Pick<MaskTask, 'name' | 'landmarks'>,
  settings: Omit<MaskSettings, 'out' | 'region' | 'quality'>,
  sources: FaceSources,
): Promise<MaskedFaces> => {
  const found = await facesFor(task, settings, sources, before)
  const image = settings.patternFile === undefined ? undefined : await pattern(settings.patternFile)
  let photo: Photo = before
  const rows: MaskedFaceRow[] = []
  const regions: Uint8Array[] = []
  const refused: unknown[] = []
  for (const [index, landmarks] of found.faces.entries()) {
    try {
      const recipe = randomRecipe(settings.seed, task.name, settings.wishes, index)
      const masked = renderMask(photo, { landmarks }, recipe, { image })
      photo = masked.photo
      regions.push(masked.region)
      rows.push(rowOf(masked, landmarks, found.from, settings))
    } catch (error) {
      refused.push(error)
    }
  }
  if (rows.length === 0) throw refused[0]
  return { photo, rows, regions, refused }
}

// --- internal ---

const maskOne = async (
  task: MaskTask,
  settings: MaskSettings,
  sources: FaceSources,
): Promise<ManifestRow> => {
  const before = await readPhoto(task.input)
  const { photo, rows, regions, refused } = await maskPhoto(before, task, settings, sources)
  const output = join(settings.out, task.name)
  await mkdir(dirname(output), { recursive: true }).catch((cause: Error) => {
    throw new XfmrError('E_WRITE', `Can't make the folder ${dirname(output)}: ${cause.message}`, { cause })
  })
  await writeWhole(output, await encodeLike(await readFile(task.input), before, photo, settings.quality))
  const region = settings.region ? await writeRegions(output, before, rows, regions) : undefined
  return {
    input: task.input,
    output,
    ...rows[0]!,
    status: refused.length > 0 ? 'partly' : 'masked',
    ...(region === undefined ? {} : { region }),
    ...(rows.length > 1 ? { faces: rows } : {}),
    ...(refused.length > 0 ? { refused: refused.map(errorToJson) } : {}),
  }
}

type Found = { faces: readonly (readonly Point[])[]; from: MaskedFaceRow['landmarksFrom'] }

const facesFor = async (
  { landmarks }: Pick<MaskTask, 'landmarks'>,
  { face, aligned }: Pick<MaskSettings, 'face' | 'aligned'>,
  sources: FaceSources,
  photo: Photo,
): Promise<Found> => {
  if (landmarks) {
    const boxed = landmarks.map(points => ({ box: boxOf(points), score: 1, landmarks: points }))
    const chosen =
      face === 'all' && boxed.length > 0
        ? boxed
        : [chooseFace(boxed, face === 'all' ? undefined : face, photo)]
    return { faces: chosen.map(one => one.landmarks), from: 'file' }
  }
  if (aligned) return { faces: [await sources.alignedLandmarks(photo)], from: 'aligned' }
  const found = await sources.find(photo)
  const chosen =
    face === 'all' && found.length > 0 ? found : [chooseFace(found, face === 'all' ? undefined : face, photo)]
  return { faces: chosen.map(one => one.landmarks), from: 'detector' }
}

const boxOf = (points: readonly Point[]): [number, number, number, number] => {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top]
}

const rowOf = (
  { parameters }: MaskedPhoto,
  landmarks: readonly Point[],
  landmarksFrom: Found['from'],
  { seed, patternFile }: Pick<MaskSettings, 'seed' | 'patternFile'>,
): MaskedFaceRow => {
  const tenth = (value: number): number => Math.round(value * 100) / 100
  const turned = Math.abs(parameters.yaw)
  return {
    type: parameters.type,
    seed,
    params: parameters.pattern === 'image' && patternFile ? { ...parameters, patternFile } : parameters,
    landmarks: landmarks.map(([x, y]) => [tenth(x), tenth(y)] as const),
    landmarksFrom,
    ...(turned > WARN_YAW ? { warning: `turned by ${turned} degrees: the far side may look wrong` } : {}),
  }
}

/** Writes the region of all masks in the photo, and of each in its own aligned face. */
const writeRegions = async (
  output: string,
  { width, height }: Photo,
  rows: MaskedFaceRow[],
  regions: readonly Uint8Array[],
): Promise<string> => {
  const path = `${output}.region.png`
  await writeWhole(path, await encodeRegion({ width, height, data: joinRegions(regions) }))
  for (const [i, row] of rows.entries()) {
    const { transform } = alignFace(
      { width, height, data: new Uint8Array(width * height * 3) },
      row.landmarks,
    )
    row.alignedRegion = `${output}.aligned-region${rows.length > 1 ? `-${i}` : ''}.png`
    await writeWhole(
      row.alignedRegion,
      await encodeRegion(alignRegion({ width, height, data: regions[i]! }, transform)),
    )
  }
  return path
}

const patterns = new Map<string, Promise<Photo>>()
const pattern = (path: string): Promise<Photo> => {
  const kept = patterns.get(path) ?? readPhoto(path)
  patterns.set(path, kept)
  return kept
}
