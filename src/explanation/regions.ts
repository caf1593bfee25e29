import type { FloatMap } from '../image/map.ts'

/** A part of the aligned face, named by what the template puts there. */
export type Region = { readonly name: RegionName; readonly label: string }

export type RegionName = 'forehead' | 'eyes' | 'nose' | 'mouth' | 'cheeks' | 'chin' | 'edges'

/**
 * The parts into which an aligned face is divided. Alignment brings every face onto the same template, so a place stands
 * for a part of the face as far as the alignment is right; hair, glasses or a mask may lie there instead.
 */
export const REGIONS: readonly Region[] = [
  { name: 'forehead', label: 'Forehead' },
  { name: 'eyes', label: 'Eyes, brows, nose bridge' },
  { name: 'nose', label: 'Nose tip' },
  { name: 'mouth', label: 'Mouth' },
  { name: 'cheeks', label: 'Cheeks' },
  { name: 'chin', label: 'Chin' },
  { name: 'edges', label: 'Outer edges' },
]

/** The region that the middle of a cell lies in. */
export const regionOf = (
  row: number,
  column: number,
  { width, height }: Omit<FloatMap, 'data'>,
): RegionName => {
  // Sevenths of the face's side: the size of a cell of a 7x7 grid.
  const x = ((column + 0.5) / width) * 7
  const y = ((row + 0.5) / height) * 7
  if (x < 1 || x > 6) return 'edges'
  if (y < 2) return 'forehead'
  if (y < 4) return 'eyes'
  if (y > 6) return 'chin'
  if (x < 2 || x > 5) return 'cheeks'
  return y < 5 ? 'nose' : 'mouth'
}

/** Adds up a map by region. Every cell belongs to exactly one, so the regions add up to what the cells do. */
export const sumByRegion = (map: FloatMap): Record<RegionName, number> => {
  const sums: Record<RegionName, number> = {
    forehead: 0,
    eyes: 0,
    nose: 0,
    mouth: 0,
    cheeks: 0,
    chin: 0,
    edges: 0,
  }
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      sums[regionOf(row, column, map)] += map.data[row * map.width + column]!
    }
  }
  return sums
}
