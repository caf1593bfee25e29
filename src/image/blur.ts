/**
 * Softens a single-channel raster in place: three box blurs in a row, which come close to a Gaussian with standard
 * deviation `sigma` pixels (Kovesi, "Fast almost-Gaussian filtering", 2010). Values beyond the border repeat it.
 */
export const blur = (data: Float32Array, width: number, height: number, sigma: number): void => {
  if (sigma <= 0) return
  const line = new Float32Array(Math.max(width, height))
  const radius = boxRadius(sigma)
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxLine(data, line, y * width, 1, width, radius)
    for (let x = 0; x < width; x++) boxLine(data, line, x, width, height, radius)
  }
}

// --- internal ---

/** Radius of a box of variance sigma^2 / 3; its fraction is the weight of the two end samples. */
const boxRadius = (sigma: number): number => {
  const variance = (sigma * sigma) / 3
  // A box of 2m + 1 equal samples has variance m (m + 1) / 3.
  const whole = Math.floor((Math.sqrt(1 + 12 * variance) - 1) / 2)
  const squares = (whole * (whole + 1) * (2 * whole + 1)) / 3
  return whole + (variance * (2 * whole + 1) - squares) / (2 * ((whole + 1) ** 2 - variance))
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
