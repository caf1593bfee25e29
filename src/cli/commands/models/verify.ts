import { command } from '../../_command.ts'

export default command({
  name: 'verify',
  description: 'Read every model file on this machine and compare it with its pinned hash',
  examples: [
    ['xfmr models verify', 'all models; exit code 2 when a file is damaged'],
    ['xfmr models verify mobilefacenet', 'one model; exit code 2 when it is damaged or absent'],
  ],
  args: {
    name: { type: 'positional', required: false, description: 'Name as in "xfmr models list"' },
  },
  run: async ({ name }, terminal) => {
    const [{ cliStore }, { table }] = await Promise.all([
      import('../../_store.ts'),
      import('../../_table.ts'),
    ])
    const store = cliStore(terminal)
    const checks = await store.verify(name)
    // Without a name, a model that was never pulled is no fault.
    const faults = checks.filter(
      ({ state }) => state === 'damaged' || (name !== undefined && state === 'absent'),
    )
    const rows = checks.map(({ model, file, state }) => [model, file, state])
    const repairs = [...new Set(faults.map(({ repair }) => repair))]
    const repair = repairs.length > 0 ? `\n\nRepair with:\n  ${repairs.join('\n  ')}` : ''
    return {
      json: { ok: faults.length === 0, home: store.home, files: checks },
      text: `${table(['MODEL', 'FILE', 'STATE'], rows)}${repair}`,
      exitCode: faults.length === 0 ? 0 : 2,
    }
  },
})
