/** Turns every row of `width` values around: a plane, or several planes one after the other, seen in a mirror. */
export const mirrorRows = (planes: Float32Array, width: number): Float32Array => {
  const mirrored = new Float32Array(planes.length)
  for (let row = 0; row < planes.length; row += width) {
    for (let x = 0; x < width; x++) mirrored[row + x] = planes[row + width - 1 - x]!
  }
  return mirrored
}
