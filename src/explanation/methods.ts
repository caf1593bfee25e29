import type { WeighedMethod } from './cam/weighing.ts'
import type { Explain, Method } from './method.ts'

/** Every way to explain a score, by its id. A method that is added here is in the library, the command and the report. */
export const METHODS = {
  layercam: {
    label: 'LayerCAM',
    family: 'cam',
    about: 'Activations weighted by their own positive gradients (Jiang et al. 2021).',
    gradients: true,
    signed: true,
    layers: 'every-size',
    passes: 2,
    load: () => weighing('layercam'),
  },
  hirescam: {
    label: 'HiResCAM',
    family: 'cam',
    about:
      'Gradient times activation: at the last grid the cells add up to the score (Draelos and Carin 2020).',
    gradients: true,
    signed: true,
    layers: 'grid',
    passes: 2,
    load: () => weighing('hirescam'),
  },
  gradcam: {
    label: 'Grad-CAM',
    family: 'cam',
    about: "Activations weighted by their channel's mean gradient (Selvaraju et al. 2017).",
    gradients: true,
    signed: true,
    layers: 'grid',
    passes: 2,
    load: () => weighing('gradcam'),
  },
  'gradcam++': {
    label: 'Grad-CAM++',
    family: 'cam',
    about: 'Channel weights from positive gradients, weighted among each other (Chattopadhay et al. 2018).',
    gradients: true,
    signed: true,
    layers: 'grid',
    passes: 2,
    load: () => weighing('gradcam++'),
  },
  xgradcam: {
    label: 'XGrad-CAM',
    family: 'cam',
    about: 'Channel weights that keep what each channel added to the target (Fu et al. 2020).',
    gradients: true,
    signed: true,
    layers: 'grid',
    passes: 2,
    load: () => weighing('xgradcam'),
  },
  elementwise: {
    label: 'Element-wise Grad-CAM',
    family: 'cam',
    about: 'Positive part of gradient times activation, of each cell and channel (as in pytorch-grad-cam).',
    gradients: true,
    signed: false,
    layers: 'grid',
    passes: 2,
    load: () => weighing('elementwise'),
  },
  eigengradcam: {
    label: 'EigenGradCAM',
    family: 'cam',
    about: 'First principal component of gradient times activation (as in pytorch-grad-cam).',
    gradients: true,
    signed: true,
    layers: 'grid',
    passes: 2,
    load: () => import('./cam/explain.ts').then(({ byEigenGradCam }) => byEigenGradCam),
  },
  eigencam: {
    label: 'EigenCAM',
    family: 'cam',
    about: 'First principal component of the activations, whatever the target (Muhammad and Yeasin 2020).',
    gradients: false,
    signed: true,
    layers: 'grid',
    passes: 1,
    load: () => import('./cam/explain.ts').then(({ byEigenCam }) => byEigenCam),
  },
  scorecam: {
    label: 'Score-CAM',
    family: 'cam',
    about: 'Activations weighted by the score of the photo seen through them (Wang et al. 2020).',
    gradients: false,
    signed: true,
    layers: 'grid',
    passes: 513,
    load: () => import('./cam/weights.ts').then(({ byScoreCam }) => byScoreCam),
  },
  ablationcam: {
    label: 'Ablation-CAM',
    family: 'cam',
    about: 'Activations weighted by what the score loses without their channel (Desai and Ramaswamy 2020).',
    gradients: false,
    signed: true,
    layers: 'grid',
    passes: 10,
    load: () => import('./cam/weights.ts').then(({ byAblationCam }) => byAblationCam),
  },
  fem: {
    label: 'FEM',
    family: 'cam',
    about: 'Cells in which channels are unusually active, whatever the target (Fuad et al. 2020).',
    gradients: false,
    signed: true,
    layers: 'grid',
    passes: 1,
    load: () => import('./cam/fem.ts').then(({ byFem }) => byFem),
  },
  randomcam: {
    label: 'Random weights',
    family: 'baseline',
    about: 'Activations with random channel weights: what a map looks like that knows nothing of the target.',
    gradients: false,
    signed: true,
    layers: 'grid',
    passes: 1,
    load: () => import('./cam/weights.ts').then(({ byRandomCam }) => byRandomCam),
  },
} as const satisfies Record<string, Method>

export type MethodId = keyof typeof METHODS

export const METHOD_IDS = Object.keys(METHODS) as readonly MethodId[]

/** The facts about a method, typed as any method. */
export const methodOf = (id: MethodId): Method => METHODS[id]

// --- internal ---

async function weighing(method: WeighedMethod): Promise<Explain> {
  const { byWeighing } = await import('./cam/explain.ts')
  return byWeighing(method)
}
