/**
 * Float16 (IEEE 754 binary16) as bits, to float32: exact.
 * @param bits One 16-bit pattern an element.
 */
export const fromHalf = (bits: Uint16Array): Float32Array => {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, pattern) => numberOf(pattern))
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!
  return values
}

/** Float32 to the bits of the nearest float16, ties to even; what lies beyond 65,504 becomes infinity. */
export const toHalf = (values: Float32Array): Uint16Array => {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = halfOf(values[i]!)
  return bits
}

// --- internal ---

/** What each pattern means. Training reads millions of them a second, for which powers of two are too slow. */
let table: Float32Array | undefined

const numberOf = (pattern: number): number => {
  const sign = pattern & 0x8000 ? -1 : 1
  const exponent = (pattern >> 10) & 31
  const fraction = pattern & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const halfOf = (value: number): number => {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  // 65,520 is halfway between the largest float16 and the next step.
  if (size >= 65520) return sign | 0x7c00
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1e-30)))
  // Steps of this exponent; a carry into the next exponent falls out of the addition below.
  const steps = roundToEven(size / 2 ** (exponent - 10))
  return exponent === -14 ? sign | steps : sign | (((exponent + 14) << 10) + steps)
}

const roundToEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
