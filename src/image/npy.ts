import type { FloatMap } from './map.ts'

/** A map as a NumPy file: float32, little-endian, shape (height, width). */
export const encodeNpy = ({ width, height, data }: FloatMap): Uint8Array => {
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width}), }`
  // Magic, version and length take 10 bytes; the whole header is a multiple of 64 and ends a line.
  const length = Math.ceil((10 + facts.length + 1) / 64) * 64 - 10
  const bytes = new Uint8Array(10 + length + data.length * 4)
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length & 0xff, length >> 8])
  bytes.set(new TextEncoder().encode(`${facts.padEnd(length - 1)}\n`), 10)
  const view = new DataView(bytes.buffer, 10 + length)
  for (let i = 0; i < data.length; i++) view.setFloat32(i * 4, data[i]!, true)
  return bytes
}
