import { defineCommand } from 'citty'
import { SUMMARIES } from '../summaries.ts'

export default defineCommand({
  meta: { name: 'gallery', description: SUMMARIES.gallery },
  subCommands: {
    enrol: () => import('./enrol.ts').then(module => module.default),
    search: () => import('./search.ts').then(module => module.default),
    list: () => import('./list.ts').then(module => module.default),
    show: () => import('./show.ts').then(module => module.default),
    rename: () => import('./rename.ts').then(module => module.default),
    remove: () => import('./remove.ts').then(module => module.default),
    export: () => import('./export.ts').then(module => module.default),
    import: () => import('./import.ts').then(module => module.default),
    stats: () => import('./stats.ts').then(module => module.default),
    're-embed': () => import('./re-embed.ts').then(module => module.default),
    index: () => import('./build-index.ts').then(module => module.default),
    purge: () => import('./purge.ts').then(module => module.default),
    audit: () => import('./audit.ts').then(module => module.default),
  },
})
