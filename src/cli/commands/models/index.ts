import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'models', description: SUMMARIES.models },
  subCommands: {
    list: () => import('./list.ts').then(module => module.default),
    show: () => import('./show.ts').then(module => module.default),
    pull: () => import('./pull.ts').then(module => module.default),
    verify: () => import('./verify.ts').then(module => module.default),
    add: () => import('./add.ts').then(module => module.default),
  },
})
