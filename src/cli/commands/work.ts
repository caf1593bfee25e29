import { command, numberOption } from '../_command.ts'
import { GALLERY_OPTIONS, note, placeOf, readKey, shown } from '../_gallery.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'work',
  description: SUMMARIES.work,
  examples: [
    [
      'xfmr work --db postgres://host/faces',
      'on as many machines as you like; Ctrl+C finishes the photo under way',
    ],
    ['xfmr work --db postgres://host/faces --once', 'stop when everything is done'],
  ],
  args: {
    ...GALLERY_OPTIONS,
    once: { type: 'boolean', description: 'Stop when nothing is left to do' },
    lease: {
      type: 'string',
      valueHint: 'SECONDS',
      description: 'A photo whose worker is gone for so long goes to another one (default 120)',
    },
  },
  run: async ({ once, lease, ...args }, terminal) => {
    const seconds = numberOption('lease', lease, { fallback: 120, min: 1, max: 86_400, integer: true })
    const [{ openQueue }, { photoHandlers }, key] = await Promise.all([
      import('../../jobs/node/queue.ts'),
      import('../../jobs/node/handlers.ts'),
      readKey(args),
    ])
    const queue = await openQueue({ location: placeOf(args), lease: seconds, ...(key ? { key } : {}) })
    const stop = new AbortController()
    const onSignal = (): void => stop.abort()
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
    const count = { done: 0, failed: 0 }
    try {
      await queue.work({
        handlers: photoHandlers(),
        signal: stop.signal,
        once: once ?? false,
        onItem: ({ photo, error }) => {
          count[error ? 'failed' : 'done']++
          if (error) note(terminal, `${shown(photo)}: ${error.message} [${error.code}]`)
        },
      })
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      await queue.close()
    }
    return { json: count, text: `${count.done} photos done here, ${count.failed} failed.` }
  },
})
