import type { SubCommandsDef } from 'citty'

/** Every command, loaded when it is called. The order is that of the help text. */
export const commands: SubCommandsDef = {
  models: () => import('./models/index.ts').then(module => module.default),
}
