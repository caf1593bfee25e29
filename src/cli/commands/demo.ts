import { join } from 'node:path'
import { command } from '../_command.ts'
import { NETWORK_OPTIONS, networkOptions } from '../_faces.ts'
import { SUMMARIES } from './summaries.ts'

export default command({
  name: 'demo',
  description: SUMMARIES.demo,
  examples: [
    ['xfmr demo', 'fetches models and sample photos the first time, then works offline'],
    ['xfmr demo --open', 'also shows the reports in the browser'],
  ],
  args: {
    out: { type: 'string', default: 'xfmr-demo', valueHint: 'DIR', description: 'Where the reports go' },
    open: { type: 'boolean', description: 'Show the reports in the browser' },
    unmask: NETWORK_OPTIONS.unmask,
  },
  run: async ({ out, open, unmask }, terminal) => {
    const options = networkOptions({ unmask })
    const [{ cliStore }, { openForCli }, { comparePhotos, comparisonText, openCalibrations }, { readPhoto }] =
      await Promise.all([
        import('../_store.ts'),
        import('../_open.ts'),
        import('../_compare.ts'),
        import('../../image/node.ts'),
      ])
    const store = cliStore(terminal)
    await store.ensure('samples')
    const xfmr = await openForCli(terminal, options)
    const calibrations = await openCalibrations(xfmr.scoreId('cosine'))
    const results = []
    const texts: string[] = []
    for (const { title, folder, photos } of PAIRS) {
      const [a, b] = photos.map(file => readPhoto(store.path('samples', file), { name: file }))
      const target = join(out, folder)
      const { result, reportTime } = await comparePhotos({ xfmr, store }, [await a!, await b!], {
        out: target,
        calibrations,
      })
      const report = join(target, 'report.html')
      results.push({ report, verdict: result.verdict, cosine: result.score.cosine })
      texts.push(`${title} (${photos.join(', ')})\n\n${comparisonText(result, { reportTime, report })}`)
      if (open) {
        const { openInBrowser } = await import('../_browser.ts')
        openInBrowser(report)
      }
    }
    return { json: results, text: texts.join('\n\n\n') }
  },
})

// --- internal ---

const PAIRS = [
  { title: 'Two photos of one person', folder: 'same', photos: ['cage.jpg', 'cage2_crop.jpg'] },
  { title: 'Photos of two people', folder: 'different', photos: ['cage.jpg', 'SeanConnery.jpg'] },
] as const
