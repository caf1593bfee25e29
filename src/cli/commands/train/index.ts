import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'train', description: SUMMARIES.train },
  subCommands: {
    landmarks: () => import('./landmarks.ts').then(module => module.default),
    unmask: () => import('./unmask.ts').then(module => module.default),
    counterpart: () => import('./counterpart.ts').then(module => module.default),
    xcos: () => import('./xcos.ts').then(module => module.default),
    'mask-worn': () => import('./mask-worn.ts').then(module => module.default),
  },
})
