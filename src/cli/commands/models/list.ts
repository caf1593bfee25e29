import { command } from '../../_command.ts'

export default command({
  name: 'list',
  description: 'List the models and sample photos that xfmr knows, and which are on this machine',
  examples: [
    ['xfmr models list', 'what is there, how big it is and under which licence'],
    ['xfmr models list --json', 'the same for a program'],
  ],
  args: {},
  run: async (_, terminal) => {
    const [{ cliStore }, { megabytes, table }] = await Promise.all([
      import('../../_store.ts'),
      import('../../_table.ts'),
    ])
    const store = cliStore(terminal)
    const models = await store.list()
    const rows = models.map(model => [
      model.name,
      model.kind,
      model.state,
      model.files,
      megabytes(model.bytes),
      model.licence.replace(/ \(.*/s, ''),
      model.source,
    ])
    const text = table(['NAME', 'KIND', 'STATE', 'FILES', 'SIZE', 'LICENCE', 'SOURCE'], rows)
    return { json: { home: store.home, models }, text: `${text}\n\nModel folder: ${store.home}` }
  },
})
