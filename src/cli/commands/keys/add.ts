import { XfmrError } from '../../../errors.ts'
import { choiceOption, command } from '../../_command.ts'
import { KEYS_OPTION } from './_file.ts'

export default command({
  name: 'add',
  description: 'Make an API key. It is shown once: only a hash of it is kept',
  examples: [
    ['xfmr keys add front-end', 'may compare, detect, embed, mask, explain and search'],
    ['xfmr keys add door --scopes enrol', 'may only add faces'],
    ['xfmr keys add ops --scopes admin', 'may do everything'],
  ],
  args: {
    name: { type: 'positional', required: true, description: 'What the key is for' },
    scopes: {
      type: 'string',
      default: 'read',
      valueHint: 'LIST',
      description: 'read, enrol, admin; several with commas',
    },
    keys: KEYS_OPTION,
  },
  run: async ({ name, scopes, keys }) => {
    const { addKey, defaultKeysFile, SCOPES } = await import('../../../server/keys.ts')
    const { nameProblem } = await import('../../../server/photo-file.ts')
    const problem = nameProblem(name)
    if (problem) throw new XfmrError('E_USAGE', `"${name}" can't be the name of a key: ${problem}.`)
    const file = keys ?? defaultKeysFile()
    const { key, stored } = await addKey(file, {
      name,
      scopes: scopes.split(',').map(scope => choiceOption('scopes', scope, SCOPES)),
    })
    const { id, created } = stored
    return {
      json: { key, id, name, scopes: stored.scopes, created, file },
      text: `${key}\n\nKey ${id} for ${name} (${stored.scopes.join(', ')}). Keep it: it can't be shown again. Hash kept in ${file}.`,
    }
  },
})
