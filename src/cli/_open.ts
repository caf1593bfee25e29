import type { FaceFinder } from '../face/finder.ts'
import type { OpenOptions } from '../node.ts'
import type { Xfmr } from '../xfmr.ts'
import type { Terminal } from './_command.ts'
import { cliStore } from './_store.ts'

/** Opens xfmr for a command: models from the store, their download shown on the terminal. */
export const openForCli = async (
  terminal: Terminal,
  options: Omit<OpenOptions, 'store'> = {},
): Promise<Xfmr> => {
  const [{ openXfmr }, { default: sharp }] = await Promise.all([import('../node.ts'), import('sharp')])
  // Commands work on several photos at once; threads inside one photo's decoder only get in each other's way.
  sharp.concurrency(1)
  return openXfmr({ ...options, store: cliStore(terminal) })
}

/** Only what finds faces: commands that need no recogniser don't load one. */
export const openFaceFinder = async (terminal: Terminal): Promise<{ findFaces: FaceFinder }> => {
  const [{ nodeRuntime }, { createDetector }, { createLandmarker }, { createFaceFinder }] = await Promise.all(
    [
      import('../onnx/node.ts'),
      import('../face/detect.ts'),
      import('../face/landmarks.ts'),
      import('../face/finder.ts'),
    ],
  )
  const store = cliStore(terminal)
  const runtime = nodeRuntime()
  const detector = createDetector(await runtime.load(await store.bytes('detector')))
  const landmarker = createLandmarker(await runtime.load(await store.bytes('landmarks')))
  return { findFaces: createFaceFinder({ detector, landmarker }) }
}
