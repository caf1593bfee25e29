/**
 * Which of the 68 landmarks takes the place of each when a face is mirrored left to right: `MIRROR[i]` is the mirror image
 * of point `i` (iBUG 300-W numbering). Doing it twice changes nothing.
 */
export const MIRROR: readonly number[] = [
  // jaw
  16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
  // brows
  26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
  // bridge and base of the nose
  27, 28, 29, 30, 35, 34, 33, 32, 31,
  // eyes
  45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
  // outer and inner lips
  54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
]
