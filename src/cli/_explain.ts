import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { XfmrError } from '../errors.ts'
import type { CellMatches } from '../explanation/cell-matches.ts'
import type { MethodMaps, PairExplanation } from '../explanation/explainer.ts'
import type { Filter } from '../explanation/filters.ts'
import { type Layer, sizeLabel } from '../explanation/layers.ts'
import { type FaithfulnessFile, parseFaithfulness } from '../explanation/measured.ts'
import { TARGETS, type Target } from '../explanation/target.ts'
import type { AlignedFace } from '../face/face.ts'
import { rangeAround } from '../image/map.ts'
import * as codec from '../image/node.ts'
import { encodeNpy } from '../image/npy.ts'
import { packageFolder } from '../models/node/own.ts'
import { drawFilter } from '../report/explanation/filters.ts'
import { buildExplanationReport, drawMaps, isSignedMap } from '../report/explanation/page.ts'
import type { ExplainResult } from '../report/explanation.ts'
import { matchPicture } from '../report/match-picture.ts'
import { enlarged, gridOverFace } from '../report/pictures.ts'

/** What was measured about methods with this pipeline's recogniser: the file that ships with xfmr, if any. */
export const shippedFaithfulness = async (): Promise<FaithfulnessFile | undefined> => {
  const path = join(await packageFolder(), 'models', 'faithfulness.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new XfmrError('E_READ', `Can't read ${path}: ${(cause as Error).message}`, { cause })
  }
  return parseFaithfulness(text, path)
}

/** Parses `--target`: a name, `dimension:17`, or `direction:FILE` with a JSON list of numbers. */
export const targetOption = async (value: string): Promise<Target> => {
  if ((TARGETS as readonly string[]).includes(value)) return value as (typeof TARGETS)[number]
  const [kind, rest] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)]
  if (kind === 'dimension' && /^\d+$/.test(rest)) return { dimension: Number(rest) }
  if (kind === 'direction') return { direction: await readDirection(rest) }
  throw new XfmrError(
    'E_USAGE',
    `--target takes ${TARGETS.join(', ')}, dimension:N or direction:FILE, not "${value}".`,
  )
}

export type ExplanationFilesInput = {
  result: ExplainResult
  explanation: PairExplanation
  aligned: readonly [AlignedFace, AlignedFace]
  /** True when a photo is explained by itself: one face is shown. */
  single: boolean
  measured: FaithfulnessFile | undefined
  /** Of a pair: which cells are alike. */
  matches?: CellMatches | undefined
}

/** Everything that an explanation writes into a folder: report, JSON, a picture and a raw map of everything. */
export const explanationFiles = async ({
  result,
  explanation,
  aligned,
  single,
  measured,
  matches,
}: ExplanationFilesInput): Promise<Record<string, Uint8Array | string>> => {
  const faces = single ? ([aligned[0]] as const) : aligned
  const explained = [explanation.a, explanation.b].slice(0, faces.length)
  const maps = explained.map(face => face.maps)
  const files: Record<string, Uint8Array | string> = {
    'report.html': await buildExplanationReport(
      {
        version: packageJson.version,
        result,
        aligned: faces,
        maps,
        measured,
        filters: explained.map(({ filters }) => filters),
      },
      codec,
    ),
    'explanation.json': `${JSON.stringify(result)}\n`,
  }
  const large = faces.map(face => enlarged(face, 4))
  const range = rangeAround(0, ...explained.map(({ contributions }) => contributions))
  for (const [i, { contributions }] of explained.entries()) {
    files[`${LETTERS[i]}-face.png`] = await codec.encodePng(large[i]!)
    files[`${LETTERS[i]}-contributions.png`] = await codec.encodePng(
      gridOverFace(faces[i]!, contributions, range),
    )
    files[`${LETTERS[i]}-contributions.npy`] = encodeNpy(contributions)
  }
  const write = async (
    name: string,
    own: MethodMaps[],
    pick: (maps: MethodMaps) => MethodMaps['map'],
    isSigned: boolean,
  ) => {
    const { pictures } = drawMaps(large, own.map(pick), isSigned)
    for (const [i, picture] of pictures.entries()) {
      files[`${LETTERS[i]}-${name}.png`] = await codec.encodePng(picture)
      files[`${LETTERS[i]}-${name}.npy`] = encodeNpy(pick(own[i]!))
    }
  }
  for (const index of maps[0]!.keys()) {
    const own = maps.map(list => list[index]!)
    const { method, layers, parts = {} } = own[0]!
    await write(method, own, ({ map }) => map, isSignedMap(own[0]!))
    if (layers.length > 1) {
      for (const [i, { layer }] of layers.entries()) {
        const name = `${method}-${sizeLabel(layer)}-${fileName(layer)}`
        await write(name, own, ({ layers }) => layers[i]!.map, isSignedMap({ method, layers: [] }))
      }
    }
    for (const part of Object.keys(parts)) {
      const isSigned = own.some(({ parts }) => parts![part]!.data.some(value => value < 0))
      await write(`${method}-${part}`, own, ({ parts }) => parts![part]!, isSigned)
    }
  }
  for (const index of explained[0]!.filters.keys()) {
    const shares = explained.map(({ filters }) => filters[index]!)
    const { layer, channel } = shares[0]!
    const name = `filter-${sizeLabel(layer)}-${fileName(layer)}-${channel}`
    for (const [i, pictures] of drawFilter(large, shares).pictures.entries()) {
      for (const kind of ['activation', 'contributions'] as const) {
        files[`${LETTERS[i]}-${name}-${kind}.png`] = await codec.encodePng(pictures[kind])
        files[`${LETTERS[i]}-${name}-${kind}.npy`] = encodeNpy(shares[i]![kind])
      }
    }
  }
  const [a, b] = faces
  if (matches && a && b) files['matches.png'] = await codec.encodePng(matchPicture(a, b, matches))
  return files
}

/** Parses layer:channel, with commas between. @throws XfmrError `E_USAGE` */
export const filtersOption = (name: string, value: string): Filter[] =>
  value.split(',').map(one => {
    const [, layer, channel] = /^(.+):(\d+)$/.exec(one.trim()) ?? []
    if (layer !== undefined) return { layer, channel: Number(channel) }
    throw new XfmrError(
      'E_USAGE',
      `--${name} takes layer:channel, as 14x14:5, with commas between, not "${one}".`,
    )
  })

/** Parses `--cells`: places as row:column, from 0, with commas between. @throws XfmrError `E_USAGE` */
export const cellsOption = (
  value: string,
  { width, height }: { readonly width: number; readonly height: number },
): number[] =>
  value.split(',').map(place => {
    const [, row, column] = /^(\d+):(\d+)$/.exec(place.trim()) ?? []
    if (Number(row) < height && Number(column) < width) return Number(row) * width + Number(column)
    throw new XfmrError(
      'E_USAGE',
      `--cells takes row:column from 0:0 to ${height - 1}:${width - 1}, with commas between, not "${place}".`,
    )
  })

// --- internal ---

const LETTERS = ['a', 'b'] as const

/** Names of values may hold anything, slashes included. */
const fileName = ({ name }: Layer): string => name.replace(/[^\w.-]+/g, '_')

const readDirection = async (path: string): Promise<Float32Array> => {
  try {
    const values: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (Array.isArray(values) && values.every(value => Number.isFinite(value)))
      return Float32Array.from(values)
  } catch (cause) {
    throw new XfmrError('E_READ', `Can't read the direction ${path}: ${(cause as Error).message}`, { cause })
  }
  throw new XfmrError('E_READ', `The direction ${path} is no JSON list of numbers.`)
}
