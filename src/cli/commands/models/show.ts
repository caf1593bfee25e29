import { command } from '../../_command.ts'

export default command({
  name: 'show',
  description: 'Print the card of a model: source, licence, training data, accuracy, intended use, limits',
  examples: [['xfmr models show mobilefacenet', 'the card of the default recogniser']],
  args: {
    name: { type: 'positional', required: true, description: 'Name as in "xfmr models list"' },
  },
  run: async ({ name }, terminal) => {
    const { CATALOGUE } = await import('../../../models/catalogue.ts')
    const entry = CATALOGUE.find(candidate => candidate.name === name)
    if (entry) {
      const { cardText } = await import('../../../models/card.ts')
      return { json: entry, text: cardText(entry) }
    }
    const [{ cliStore }, { addedCardText }] = await Promise.all([
      import('../../_store.ts'),
      import('../../../models/card.ts'),
    ])
    const { bytes, ...model } = await cliStore(terminal).recogniser(name)
    return { json: { ...model, bytes: bytes.length }, text: addedCardText(model) }
  },
})
