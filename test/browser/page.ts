/** What the test page runs: the public browser entry, bundled. */
import { openXfmr, readPhoto } from '../../src/web.ts'

declare global {
  interface Window {
    compareInBrowser(
      a: string,
      b: string,
    ): Promise<{ cosine: number; sums: number[]; pipeline: string; code?: string }>
  }
}

let opened: ReturnType<typeof openXfmr> | undefined

const photo = async (url: string) => readPhoto(await (await fetch(url)).blob(), { name: url })

window.compareInBrowser = async (a, b) => {
  opened ??= openXfmr({
    models: {
      detector: '/models/detector',
      landmarks: '/models/landmarks',
      recogniser: '/models/mobilefacenet',
    },
    wasmPaths: '/ort/',
  })
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
