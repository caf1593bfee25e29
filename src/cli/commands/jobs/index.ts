import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'jobs', description: SUMMARIES.jobs },
  subCommands: {
    add: () => import('./add.ts').then(module => module.default),
    list: () => import('./list.ts').then(module => module.default),
    show: () => import('./show.ts').then(module => module.default),
  },
})
