import { useLayoutEffect, useRef } from 'preact/hooks'
import { type Layer, paintLayer } from './paint.ts'

/** A bitmap at its own size; style sheets scale it. */
export const Picture = ({
  bitmap,
  label,
  class: name,
}: {
  bitmap: ImageBitmap
  label?: string
  class?: string
}) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    // A closed bitmap has no size: its successor is on the way.
    if (bitmap.width === 0) return
    canvas.current!.width = bitmap.width
    canvas.current!.height = bitmap.height
    canvas.current!.getContext('2d')!.drawImage(bitmap, 0, 0)
  }, [bitmap])
  return label === undefined ? (
    <canvas ref={canvas} class={name} />
  ) : (
    <canvas ref={canvas} class={name} role="img" aria-label={label} />
  )
}

/** A map in colours, to lie over a face. */
export const Overlay = ({ layer, opacity = 1 }: { layer: Layer | null; opacity?: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    if (layer) paintLayer(canvas.current!, layer)
  }, [layer])
  return (
    <canvas
      ref={canvas}
      class={layer?.blocks ? 'overlay blocks' : 'overlay'}
      style={{ opacity: layer ? opacity : 0 }}
    />
  )
}
