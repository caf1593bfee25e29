/**
 * Softens a single-channel raster in place: three box blurs in a row, which come close to a Gaussian with standard
 * deviation `sigma` pixels (Kovesi, "Fast almost-Gaussian filtering", 2010). Values beyond the border repeat it.
 */
export const blur = (data: Float32Array, width: number, height: number, sigma: number): void => {
  if (sigma <= 0) return
  const line = new Float32Array(Math.max(width, height))
  for (const radius of boxRadii(sigma)) {
    for (let y = 0; y < height; y++) boxLine(data, line, y * width, 1, width, radius)
    for (let x = 0; x < width; x++) boxLine(data, line, x, width, height, radius)
  }
}

// --- internal ---

/** Fractional radii: three equal boxes of variance sigma^2 / 3 each. A box of width w has variance (w^2 - 1) / 12. */
const boxRadii = (sigma: number): readonly number[] => {
  const radius = (Math.sqrt(4 * sigma * sigma + 1) - 1) / 2
  return [radius, radius, radius]
}

/** One box blur along a line; a fractional radius weighs the two end samples by the fraction. */
const boxLine = (
  data: Float32Array,
  line: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
): void => {
  const whole = Math.floor(radius)
  const part = radius - whole
  const scale = 1 / (2 * radius + 1)
  const last = count - 1
  for (let i = 0; i < count; i++) line[i] = data[start + i * step]!
  let sum = line[0]! * whole
  for (let i = 0; i <= whole; i++) sum += line[Math.min(i, last)]!
  for (let i = 0; i < count; i++) {
    const before = i - whole - 1
    const after = i + whole + 1
    const low = line[Math.max(before, 0)]!
    const high = line[Math.min(after, last)]!
    data[start + i * step] = (sum + part * (low + high)) * scale
    const leaving = i - whole
    sum += high - line[Math.max(leaving, 0)]!
  }
}
