import { command } from '../../_command.ts'
import { KEYS_OPTION } from './_file.ts'

export default command({
  name: 'revoke',
  description: 'Take an API key back; running servers refuse it within a second or two',
  examples: [['xfmr keys revoke 3f9a1c0b7d2e', 'by its id, see "xfmr keys list"']],
  args: {
    id: { type: 'positional', required: true, description: 'Id of the key' },
    keys: KEYS_OPTION,
  },
  run: async ({ id, keys }) => {
    const { defaultKeysFile, revokeKey } = await import('../../../server/keys.ts')
    const { name } = await revokeKey(keys ?? defaultKeysFile(), id)
    return { json: { id, name, revoked: true }, text: `Key ${id} (${name}) is revoked.` }
  },
})
