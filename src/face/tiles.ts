import type { Box, Photo } from '../image/photo.ts'
import { resize } from '../image/resize.ts'
import { warp } from '../image/warp.ts'

/** A piece of an enlarged view of a photo, no larger than the frame. */
export type Tile = {
  readonly photo: Photo
  /** Turns a box in the tile into one in the photo. */
  toPhoto(box: Box): Box
  /** True when a box is cut by a side of the tile that is not the photo's own edge. */
  cuts(box: Box): boolean
}

/**
 * Looks at a photo `level` times closer than the whole photo in one frame, in pieces that overlap by half: a face up to
 * half the height of the frame lies whole in one of them. An empty list when the photo has no more detail to show.
 */
export const tilesOf = (photo: Photo, frameWidth: number, frameHeight: number, level: number): Tile[] => {
  const scale = level * Math.min(frameWidth / photo.width, frameHeight / photo.height)
  if (scale > 1) return []
  const width = Math.max(1, Math.floor(photo.width * scale + 0.5))
  const height = Math.max(1, Math.floor(photo.height * scale + 0.5))
  const view = resize(photo, width, height)
  const tileWidth = Math.min(width, frameWidth)
  const tileHeight = Math.min(height, frameHeight)
  return offsets(height, tileHeight).flatMap(top =>
    offsets(width, tileWidth).map(left => ({
      photo: warp(view, [1, 0, -left, 0, 1, -top], tileWidth, tileHeight),
      toPhoto: ([x, y, w, h]: Box): Box => {
        const [scaleX, scaleY] = [photo.width / width, photo.height / height]
        return [(x + left) * scaleX, (y + top) * scaleY, w * scaleX, h * scaleY]
      },
      cuts: ([x, y, w, h]: Box): boolean =>
        (left > 0 && x < MARGIN) ||
        (top > 0 && y < MARGIN) ||
        (left + tileWidth < width && x + w > tileWidth - MARGIN) ||
        (top + tileHeight < height && y + h > tileHeight - MARGIN),
    })),
  )
}

// --- internal ---

/** A box that comes this close to a side, in pixels of the frame, may go on beyond it. */
const MARGIN = 2

/** Starts of pieces of length `piece` that cover `length` and overlap by at least half. */
const offsets = (length: number, piece: number): number[] => {
  const steps = Math.ceil((length - piece) / Math.floor(piece / 2))
  return Array.from({ length: steps + 1 }, (_, i) =>
    steps === 0 ? 0 : Math.floor((i * (length - piece)) / steps),
  )
}
