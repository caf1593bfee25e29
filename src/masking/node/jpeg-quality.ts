/**
 * The quality (1 to 100, scale of the Independent JPEG Group) at which a JPEG file was saved, from its luminance quantisation table;
 * nothing when the bytes are no JPEG.
 */
export const jpegQuality = (bytes: Uint8Array): number | undefined => {
  const sum = luminanceTable(bytes)?.reduce((total, value) => total + value, 0)
  if (sum === undefined) return undefined
  let best = 90
  let closest = Number.POSITIVE_INFINITY
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
    const expected = STANDARD.reduce(
      (total, value) => total + Math.max(1, Math.min(255, Math.floor((value * scale + 50) / 100))),
      0,
    )
    if (Math.abs(expected - sum) < closest) {
      closest = Math.abs(expected - sum)
      best = quality
    }
  }
  return best
}

// --- internal ---

/** The example luminance table of the JPEG standard (ITU-T T.81, table K.1), which the quality scale multiplies. */
const STANDARD = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** Walks the markers up to the first scan and takes table 0. */
const luminanceTable = (bytes: Uint8Array): number[] | undefined => {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!
    const end = at + 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!
    if (marker === 0xda) return undefined
    if (marker === 0xdb) {
      let table = at + 4
      while (table < end) {
        const wide = bytes[table]! >> 4
        const id = bytes[table]! & 15
        const values = Array.from({ length: 64 }, (_, i) =>
          wide ? (bytes[table + 1 + 2 * i]! << 8) + bytes[table + 2 + 2 * i]! : bytes[table + 1 + i]!,
        )
        if (id === 0) return values
        table += 1 + 64 * (wide ? 2 : 1)
      }
    }
    at = end
  }
  return undefined
}
