import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { text } from '../text.ts'
import { FailureNote } from './failure.tsx'

/** Asks for the camera that faces the person. @throws DOMException as `getUserMedia`, or `INSECURE` */
export const openCamera = async (): Promise<MediaStream> => {
  if (!navigator.mediaDevices) throw Object.assign(new Error('no camera here'), { name: 'INSECURE' })
  return navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } },
    audio: false,
  })
}

export const closeCamera = (stream: MediaStream | null): void => {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

/** The present picture of a video as a lossless file. */
export const grab = async (video: HTMLVideoElement): Promise<Blob> => {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight)
  canvas.getContext('2d')!.drawImage(video, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Where the next camera photo goes; `null` while no camera is asked for. */
export const cameraWanted = signal<((photo: Blob) => void) | null>(null)

/** The dialog in which a photo is taken. */
export const CameraDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const [failure, setFailure] = useState<{ code: string; message: string } | null>(null)
  const [running, setRunning] = useState(false)
  const wanted = cameraWanted.value
  useEffect(() => {
    if (!wanted) return
    let stream: MediaStream | null = null
    let left = false
    dialog.current!.showModal()
    setFailure(null)
    setRunning(false)
    openCamera().then(
      opened => {
        stream = opened
        if (left) return closeCamera(opened)
        video.current!.srcObject = opened
      },
      (error: Error) => setFailure({ code: error.name, message: error.message }),
    )
    return () => {
      left = true
      closeCamera(stream)
    }
  }, [wanted])
  if (!wanted) return null
  const close = (): void => {
    cameraWanted.value = null
  }
  const take = async (): Promise<void> => {
    const photo = await grab(video.current!)
    close()
    wanted(photo)
  }
  return (
    <dialog ref={dialog} class="camera" aria-labelledby="camera-title" onClose={close}>
      <h2 id="camera-title">{text.camera.title}</h2>
      <div class="camera-view">
        <video
          ref={video}
          autoPlay
          playsInline
          muted
          onPlaying={() => setRunning(true)}
          aria-label={text.live.video}
        />
        {!running && !failure && <p>{text.camera.waiting}</p>}
      </div>
      {failure && <FailureNote failure={failure} />}
      <div class="buttons">
        <button type="button" class="primary" disabled={!running} onClick={take}>
          {text.camera.take}
        </button>
        <button type="button" onClick={close}>
          {text.camera.close}
        </button>
      </div>
    </dialog>
  )
}
