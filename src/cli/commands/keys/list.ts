import { command } from '../../_command.ts'
import { KEYS_OPTION } from './_file.ts'

export default command({
  name: 'list',
  description: 'List the API keys by id, without their secrets',
  examples: [['xfmr keys list', 'ids, names and scopes']],
  args: { keys: KEYS_OPTION },
  run: async ({ keys }) => {
    const [{ defaultKeysFile, readKeys }, { table }] = await Promise.all([
      import('../../../server/keys.ts'),
      import('../../_table.ts'),
    ])
    const file = keys ?? defaultKeysFile()
    const shown = (await readKeys(file)).map(({ id, name, scopes, created }) => ({
      id,
      name,
      scopes,
      created,
    }))
    const rows = shown.map(({ id, name, scopes, created }) => [
      id,
      name,
      scopes.join(', '),
      created.slice(0, 10),
    ])
    const text = shown.length > 0 ? table(['ID', 'NAME', 'SCOPES', 'CREATED'], rows) : 'There are no keys.'
    return { json: { file, keys: shown }, text }
  },
})
