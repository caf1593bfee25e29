import type { SubCommandsDef } from 'citty'
import type { SUMMARIES } from './summaries.ts'

/** Every command, loaded when it is called. The order is that of the help text. */
export const commands = {
  compare: () => import('./compare.ts').then(module => module.default),
  demo: () => import('./demo.ts').then(module => module.default),
  explain: () => import('./explain.ts').then(module => module.default),
  synthesise: () => import('./synthesise.ts').then(module => module.default),
  detect: () => import('./detect.ts').then(module => module.default),
  embed: () => import('./embed.ts').then(module => module.default),
  mask: () => import('./mask.ts').then(module => module.default),
  evaluate: () => import('./evaluate.ts').then(module => module.default),
  train: () => import('./train/index.ts').then(module => module.default),
  models: () => import('./models/index.ts').then(module => module.default),
  gallery: () => import('./gallery/index.ts').then(module => module.default),
  work: () => import('./work.ts').then(module => module.default),
  jobs: () => import('./jobs/index.ts').then(module => module.default),
  serve: () => import('./serve.ts').then(module => module.default),
  keys: () => import('./keys/index.ts').then(module => module.default),
  studio: () => import('./studio.ts').then(module => module.default),
} satisfies Record<keyof typeof SUMMARIES, SubCommandsDef[string]>
