/**
 * A decoded photo: 8-bit sRGB, three interleaved channels in R, G, B order, rows top to bottom,
 * so that `data.length === width * height * 3`. Already turned upright (EXIF orientation applied).
 */
export type Photo = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  /** Where the photo came from, for messages and reports. */
  readonly name?: string
}

/** A point in pixels; the centre of the top-left pixel is (0, 0). */
export type Point = readonly [x: number, y: number]

/** A rectangle in pixels: left, top, width, height. It may reach outside the photo. */
export type Box = readonly [x: number, y: number, width: number, height: number]
