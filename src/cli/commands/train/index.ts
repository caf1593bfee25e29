import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'train', description: SUMMARIES.train },
  subCommands: {
    'mask-worn': () => import('./mask-worn.ts').then(module => module.default),
  },
})
