/**
 * Variance of a false match rate relative to independent comparisons, where every probe is compared with every entry of one gallery:
 * comparisons that share a probe or an entry count as dependent (two-way clusters: Cameron, Gelbach and Miller 2011). The largest over
 * thresholds that 0.001 to 50 % of the scores reach, at least 20, and never less than 1.
 * @param rows The scores of each probe with all entries, in the same order.
 */
export const crossedDesignEffect = (rows: readonly Float32Array[]): number => {
  const columns = rows[0]?.length ?? 0
  const total = rows.length * columns
  if (total === 0) return 1
  const ascending = new Float32Array(total)
  rows.forEach((row, i) => {
    ascending.set(row, i * columns)
  })
  ascending.sort()
  let largest = 1
  for (const share of SHARES) {
    if (share * total < 20) continue
    const threshold = ascending[Math.floor((1 - share) * total)]!
    const byRow = new Float64Array(rows.length)
    const byColumn = new Float64Array(columns)
    rows.forEach((row, i) => {
      for (let j = 0; j < columns; j++) {
        if (row[j]! < threshold) continue
        byRow[i]!++
        byColumn[j]!++
      }
    })
    const matches = byRow.reduce((sum, count) => sum + count, 0)
    const rate = matches / total
    const independent = total * rate * (1 - rate)
    const spread = (counts: Float64Array, size: number): number =>
      counts.reduce((sum, count) => sum + (count - rate * size) ** 2, 0)
    const clustered = spread(byRow, columns) + spread(byColumn, rows.length) - independent
    if (independent > 0) largest = Math.max(largest, clustered / independent)
  }
  return largest
}

// --- internal ---

const SHARES = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5]
