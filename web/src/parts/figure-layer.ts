import { type FloatMap, rangeAround } from '../../../src/image/map.ts'
import { SIGNED, STRENGTH, strengthRange } from '../../../src/report/pictures.ts'
import { fromCells } from '../../../src/report/result.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { partReference } from '../../../src/report/words.ts'
import type { MethodMaps } from '../engine/protocol.ts'
import type { Settings } from '../state/settings.ts'
import type { Layer } from './paint.ts'

/** What lies over faces A and B; `null` where the numbers are not there yet. */
export type FigureLayers = { readonly a: Layer; readonly b: Layer }

/** S, W and S W of every cell, row by row. */
export type CellNumbers = {
  readonly rows: number
  readonly columns: number
  readonly similarity: readonly number[]
  readonly attention: readonly number[]
  readonly product: readonly number[]
}

export const cellNumbers = ({ xcos }: CompareResult): CellNumbers => {
  const similarity = xcos.similarity.flat()
  const attention = xcos.attention.flat()
  return {
    rows: xcos.similarity.length,
    columns: xcos.similarity[0]!.length,
    similarity,
    attention,
    product: similarity.map((value, i) => value * attention[i]!),
  }
}

/** The map that the settings ask for, with the colours and scales of the report. */
export const figureLayers = (
  result: CompareResult,
  maps: MethodMaps | null,
  { view, cells, method, layer }: Settings,
): FigureLayers | null => {
  if (view === 'cells') return cellLayers(result, cells)
  if (view === 'cosine') {
    if (!result.contributions) return null
    const [a, b] = [fromCells(result.contributions.a), fromCells(result.contributions.b)]
    const range = rangeAround(0, a, b)
    const common = { colours: SIGNED, range, blocks: true }
    return { a: { map: a, ...common }, b: { map: b, ...common } }
  }
  if (maps?.method !== method) return null
  const { a, b, signed } = maps.maps[Math.min(layer, maps.maps.length - 1)]!
  const common = signed
    ? { colours: SIGNED, range: strengthRange(a, b), blocks: a.width <= 7 }
    : { colours: STRENGTH, range: { low: 0, high: strengthRange(a, b).high }, blocks: a.width <= 7 }
  return { a: { map: a, ...common }, b: { map: b, ...common } }
}

// --- internal ---

const cellLayers = (result: CompareResult, kind: Settings['cells']): FigureLayers => {
  const numbers = cellNumbers(result)
  const map: FloatMap = {
    width: numbers.columns,
    height: numbers.rows,
    data: Float32Array.from(numbers[kind]),
  }
  const reach = Math.max(...numbers.product.map(Math.abs))
  const reference = partReference(result)
  const layer: Layer = {
    map,
    blocks: true,
    ...{
      product: { colours: SIGNED, range: { low: -reach, high: reach } },
      similarity: { colours: SIGNED, range: { low: 2 * reference.value - 1, high: 1 } },
      attention: { colours: STRENGTH, range: { low: 0, high: Math.max(...numbers.attention) } },
    }[kind],
  }
  return { a: layer, b: layer }
}
