/** What the test page runs: the public browser entry, bundled. */
import { openXfmr, readPhoto } from '../../src/web.ts'

declare global {
  interface Window {
    compareInBrowser(
      a: string,
      b: string,
    ): Promise<{ cosine: number; sums: number[]; pipeline: string; code?: string }>
    /** Embeds the face of a photo with the correction at an address, and without. */
    correctInBrowser(
      photo: string,
      correction: string,
    ): Promise<{ corrected: number[]; plain: number[]; pipeline: string }>
  }
}

let opened: ReturnType<typeof openXfmr> | undefined

const photo = async (url: string) => readPhoto(await (await fetch(url)).blob(), { name: url })

const MODELS = {
  detector: '/models/detector',
  landmarks: '/models/landmarks',
  recogniser: '/models/mobilefacenet',
}

window.correctInBrowser = async (url, correction) => {
  const xfmr = await openXfmr({
    models: { ...MODELS, unmask: correction },
    unmask: 'always',
    wasmPaths: '/ort/',
  })
  const image = await photo(url)
  const face = xfmr.align(image, await xfmr.findFace(image, 'largest'))
  const [corrected] = await xfmr.embed([face])
  const [plain] = await xfmr.embed([face], { unmask: 'never' })
  await xfmr.release()
  return {
    corrected: Array.from(corrected!.vector),
    plain: Array.from(plain!.vector),
    pipeline: corrected!.pipeline,
  }
}

window.compareInBrowser = async (a, b) => {
  opened ??= openXfmr({ models: MODELS, wasmPaths: '/ort/' })
  try {
    const xfmr = await opened
    const comparison = await xfmr.compare(await photo(a), await photo(b), {
      faceA: 'largest',
      faceB: 'largest',
    })
    const explanation = await xfmr.explain(comparison)
    const sums = [explanation.a, explanation.b].map(
      face => face.contributions.data.reduce((sum, value) => sum + value, 0) + face.bias,
    )
    return { cosine: comparison.cosine, sums, pipeline: comparison.pipeline }
  } catch (error) {
    return {
      cosine: Number.NaN,
      sums: [],
      pipeline: '',
      code: (error as { code?: string }).code ?? String(error),
    }
  }
}
