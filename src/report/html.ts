import type { Calibration } from '../evaluation/calibration.ts'
import { fuseMaps } from '../explanation/fuse.ts'
import type { ImageCodec } from '../image/codec.ts'
import type { ColourMapName } from '../image/colour.ts'
import { type FloatMap, type Range, rangeAround } from '../image/map.ts'
import type { Photo } from '../image/photo.ts'
import { SCRIPT, SCRIPT_HASH } from './behaviour.ts'
import { reportHead } from './head.ts'
import { html, trusted } from './markup.ts'
import { fixed } from './numbers.ts'
import { baseName } from './parts.ts'
import {
  ACTIVITY,
  greyed,
  jpegAddress,
  mapOverFace,
  pngAddress,
  reduced,
  SIGNED,
  STRENGTH,
  strengthRange,
} from './pictures.ts'
import { fromCells } from './result.ts'
import type { CompareResult } from './schema.ts'
import { type ChannelPictures, channelsSection } from './sections/channels.ts'
import { contributionsSection } from './sections/contributions.ts'
import { dataSection, detailsSection, limitsSection } from './sections/details.ts'
import { type LayerPictures, layersSection } from './sections/layers.ts'
import { photosSection } from './sections/photos.ts'
import { verdictSection } from './sections/verdict.ts'
import { xcosSection } from './sections/xcos.ts'
import { STYLE } from './style.ts'
import { VERDICT_WORDS } from './words.ts'

export type ReportInput = {
  result: CompareResult
  /** The photos, upright, as the coordinates in the result refer to them. */
  photos: readonly [Photo, Photo]
  /** The aligned faces. */
  aligned: readonly [Photo, Photo]
  /** Draws the scores of the calibration pairs behind the score. */
  calibration?: Calibration
}

/**
 * One HTML page that tells everything about a comparison. It holds its pictures, its style and its data, refers to
 * nothing outside itself, and works from a file.
 */
export const buildReport = async (
  { result, photos, aligned, calibration }: ReportInput,
  codec: ImageCodec,
): Promise<string> => {
  const both = <T>(make: (side: 0 | 1) => Promise<T>): Promise<[T, T]> => Promise.all([make(0), make(1)])
  const photoPictures = await both(async side => ({
    photo: photos[side],
    picture: await jpegAddress(reduced(photos[side], 560), codec),
    aligned: await pngAddress(aligned[side], codec),
  }))
  const grids = await both(async side => ({
    aligned: aligned[side],
    picture: await pngAddress(greyed(aligned[side]), codec),
  }))
  const sections = [
    ['photos', 'The two faces', photosSection(result, photoPictures)],
    ['xcos', 'Where the faces agree', xcosSection(result, grids)],
    ['contributions', 'How the cosine came about', contributionsSection(result, grids)],
    ['layers', 'Where each layer looked', await layers(result, aligned, codec)],
    ['neurons', 'Which neurons counted', channelsSection(result, await neurons(result, aligned, codec))],
    ['limits', 'What this does not prove', limitsSection(result)],
    ['details', 'Details', detailsSection(result)],
    ['data', 'Data', dataSection(result)],
  ] as const
  const names = result.faces.map(({ photo }) => baseName(photo))
  return html`<!doctype html>
<html lang="en">
${reportHead({
  title: html`${VERDICT_WORDS[result.verdict]}, score ${fixed(result.score[result.score.by])}: ${names[0]} and ${names[1]}`,
  version: result.version,
  style: STYLE,
  scriptHash: SCRIPT_HASH,
})}
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<p class="kicker">xfmr compared ${names[0]} (A) with ${names[1]} (B)</p>
${verdictSection(result, calibration)}
<nav aria-label="Contents"><ul>${sections.map(([id, title, body]) => body && html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="main">
${sections.map(([, , body]) => body)}
</main>
<footer><p class="note">Made by xfmr ${result.version} on this machine; nothing was sent anywhere. This file holds both photos: treat it like them.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup
}

// --- internal ---

const layers = async (
  { layers, ...result }: CompareResult,
  aligned: readonly [Photo, Photo],
  codec: ImageCodec,
) => {
  if (!layers || layers.length === 0) return undefined
  const sides = layers.map(({ a, b }) => [fromCells(a), fromCells(b)] as const)
  const pictures: LayerPictures[] = []
  for (const [a, b] of sides) {
    const range = strengthRange(a, b)
    const draw = (face: Photo, map: typeof a) =>
      jpegAddress(mapOverFace(face, map, { colours: SIGNED, range }), codec)
    pictures.push({ range, pictures: [await draw(aligned[0], a), await draw(aligned[1], b)] })
  }
  const range = { low: 0, high: Math.tanh(2) }
  const join = (side: 0 | 1) => {
    const { width, height } = aligned[side]
    const map = fuseMaps(
      sides.map(maps => maps[side]),
      width,
      height,
    )
    return jpegAddress(mapOverFace(aligned[side], map, { colours: STRENGTH, range }), codec)
  }
  return layersSection({ ...result, layers }, pictures, { range, pictures: [await join(0), await join(1)] })
}

/** Pictures of every reported channel: where it was active, and where it counted. */
const neurons = async (
  { channels }: CompareResult,
  aligned: readonly [Photo, Photo],
  codec: ImageCodec,
): Promise<{ a: ChannelPictures[]; b: ChannelPictures[]; range: Range } | undefined> => {
  if (!channels) return undefined
  const maps = [...channels.a, ...channels.b].map(({ contributions }) => fromCells(contributions))
  const range = rangeAround(0, ...maps)
  const draw = (
    face: Photo,
    map: FloatMap,
    options: { colours: ColourMapName; range: Range },
  ): Promise<string> =>
    jpegAddress(mapOverFace(face, map, { ...options, interpolation: 'nearest' }), codec, 82)
  const side = (face: Photo, list: typeof channels.a): Promise<ChannelPictures[]> =>
    Promise.all(
      list.map(async ({ activation, contributions }) => {
        const activity = fromCells(activation)
        return {
          activity: await draw(face, activity, { colours: ACTIVITY, range: rangeAround(0, activity) }),
          contribution: await draw(face, fromCells(contributions), { colours: SIGNED, range }),
        }
      }),
    )
  return { a: await side(aligned[0], channels.a), b: await side(aligned[1], channels.b), range }
}
