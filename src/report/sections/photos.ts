import type { Photo } from '../../image/photo.ts'
import { html, type Markup } from '../markup.ts'
import { baseName, section } from '../parts.ts'
import type { CompareResult } from '../schema.ts'
import { maskWords } from '../words.ts'

export type PhotoPictures = {
  readonly photo: Photo
  /** Address of the reduced photo. */
  readonly picture: string
  /** Address of the aligned face. */
  readonly aligned: string
}

/** The two photos with the face that was taken from each, and the aligned faces that the network saw. */
export const photosSection = (
  { faces }: CompareResult,
  pictures: readonly [PhotoPictures, PhotoPictures],
): Markup =>
  section(
    'photos',
    'The two faces',
    html`<p>The frame shows the face that was found, the dots its 68 landmarks. Each face is turned, scaled and cut so that eyes, nose and mouth come to lie where the network expects them; the small pictures are all that the network sees.</p>
<div class="two stack">${(['A', 'B'] as const).map((letter, i) => photoFigure(letter, faces[i]!, pictures[i]!))}</div>`,
  )

// --- internal ---

const photoFigure = (
  letter: string,
  face: CompareResult['faces'][number],
  { photo, picture, aligned }: PhotoPictures,
): Markup => {
  const { photo: name, box, score, landmarks } = face
  const [x, y, width, height] = box
  const unit = Math.max(photo.width, photo.height) / 300
  return html`<figure class="photo">
<div class="photo-area"><svg viewBox="0 0 ${photo.width} ${photo.height}" width="${photo.width}" role="img" aria-label="${`Photo ${letter}, ${baseName(name)}, with a frame around the face that was found`}">
<image href="${picture}" width="${photo.width}" height="${photo.height}" preserveAspectRatio="none"/>
<g fill="#fff" fill-opacity=".8">${landmarks.map(([px, py]) => html`<circle cx="${(px + 0.5).toFixed(1)}" cy="${(py + 0.5).toFixed(1)}" r="${(unit * 0.8).toFixed(2)}"/>`)}</g>
<g fill="none"><rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="${(unit * 2).toFixed(1)}" stroke="#000" stroke-opacity=".55" stroke-width="${(unit * 3.2).toFixed(2)}"/><rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="${(unit * 2).toFixed(1)}" stroke="#fff" stroke-width="${(unit * 1.6).toFixed(2)}"/></g>
</svg></div>
<img src="${aligned}" width="112" height="112" alt="${`Aligned face ${letter}: 112 by 112 pixels, eyes level`}">
<figcaption><span class="label">${letter}</span> ${baseName(name)}, ${photo.width} × ${photo.height} pixels. Face of ${Math.round(width)} × ${Math.round(height)} pixels, found with confidence ${score.toFixed(2)}.${maskWords(face)}</figcaption>
</figure>`
}
