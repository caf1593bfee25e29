import { fuseMaps } from '../explanation/fuse.ts'
import type { ImageCodec } from '../image/codec.ts'
import { type FloatMap, type Range, rangeAround } from '../image/map.ts'
import type { Photo } from '../image/photo.ts'
import { buildReport, type ReportInput } from './html.ts'
import {
  enlarged,
  gridOverFace,
  mapOverFace,
  SIGNED,
  STRENGTH,
  sideBySide,
  strengthRange,
} from './pictures.ts'
import { fromCells } from './result.ts'

/**
 * Everything that a comparison writes into a folder, by file name: the result as JSON, the pictures of the report as PNG
 * files, and the report itself.
 */
export const reportFiles = async (
  input: ReportInput,
  codec: ImageCodec,
): Promise<Record<string, Uint8Array | string>> => {
  const files: Record<string, Uint8Array | string> = {
    'result.json': `${JSON.stringify(input.result)}\n`,
  }
  const pictures = Object.entries(drawPictures(input))
  const encoded = await Promise.all(pictures.map(([, picture]) => codec.encodePng(picture)))
  pictures.forEach(([name], i) => {
    files[name] = encoded[i]!
  })
  files['report.html'] = await buildReport(input, codec)
  return files
}

/** The contributions of both faces next to each other, on one colour scale. */
export const contributionFigure = (
  aligned: readonly [Photo, Photo],
  contributions: { readonly a: FloatMap; readonly b: FloatMap },
): Photo => {
  const range = rangeAround(0, contributions.a, contributions.b)
  return sideBySide(
    gridOverFace(aligned[0], contributions.a, range),
    gridOverFace(aligned[1], contributions.b, range),
  )
}

// --- internal ---

const drawPictures = ({ result, aligned }: ReportInput): Record<string, Photo> => {
  const { contributions, layers = [] } = result
  const pictures: Record<string, Photo> = { 'a-face.png': aligned[0], 'b-face.png': aligned[1] }
  if (contributions) {
    const [a, b] = [fromCells(contributions.a), fromCells(contributions.b)]
    pictures['contributions.png'] = contributionFigure(aligned, { a, b })
  }
  const large = aligned.map(face => enlarged(face, 2))
  const draw = (side: 0 | 1, map: FloatMap, colours: typeof SIGNED, range: Range): Photo =>
    mapOverFace(large[side]!, map, { colours, range })
  for (const { method, a, b } of layers) {
    const maps = [fromCells(a), fromCells(b)] as const
    const range = strengthRange(...maps)
    const size = `${a.length}x${a[0]!.length}`
    pictures[`a-${method}-${size}.png`] = draw(0, maps[0], SIGNED, range)
    pictures[`b-${method}-${size}.png`] = draw(1, maps[1], SIGNED, range)
  }
  if (layers.length > 0) {
    const { width, height } = aligned[0]
    for (const [side, letter] of ['a', 'b'].entries() as Iterable<[0 | 1, 'a' | 'b']>) {
      const fused = fuseMaps(
        layers.map(layer => fromCells(layer[letter])),
        width,
        height,
      )
      pictures[`${letter}-${layers[0]!.method}-joined.png`] = draw(side, fused, STRENGTH, {
        low: 0,
        high: Math.tanh(2),
      })
    }
  }
  return pictures
}
