import { defineCommand } from 'citty'

export default defineCommand({
  meta: { name: 'models', description: 'List, fetch, check and add models and sample photos' },
  subCommands: {
    list: () => import('./list.ts').then(module => module.default),
    show: () => import('./show.ts').then(module => module.default),
    pull: () => import('./pull.ts').then(module => module.default),
    verify: () => import('./verify.ts').then(module => module.default),
    add: () => import('./add.ts').then(module => module.default),
  },
})
