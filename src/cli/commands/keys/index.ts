import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'keys', description: SUMMARIES.keys },
  subCommands: {
    add: () => import('./add.ts').then(module => module.default),
    list: () => import('./list.ts').then(module => module.default),
    revoke: () => import('./revoke.ts').then(module => module.default),
  },
})
