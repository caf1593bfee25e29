import { defineCommand } from 'citty'

export default defineCommand({
  meta: { name: 'train', description: 'Train the parts that are specific to masks' },
  subCommands: {
    'mask-worn': () => import('./mask-worn.ts').then(module => module.default),
  },
})
