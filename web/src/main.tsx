import { render } from 'preact'
import { App } from './app.tsx'
import { startSample } from './parts/samples.tsx'
import { config, openEngine } from './state/engine.ts'
import { followMask } from './state/mask.ts'
import { followPaste } from './state/paste.ts'
import { lookForGraphicsCard } from './state/runtime.ts'
import { followAddress, settings } from './state/settings.ts'
import './style/base.css'
import './style/controls.css'
import './style/compare.css'
import './style/figure.css'
import './style/mask.css'
import './style/live.css'
import './style/gallery.css'

followAddress()
followPaste()
followMask()

// Drawn in a task of its own: together with reading the scripts it would keep the browser busy for too long.
setTimeout(() => render(<App />, document.getElementById('app')!))

// A photo that misses its place must not replace the page.
for (const type of ['dragover', 'drop'] as const) addEventListener(type, event => event.preventDefault())

// The pair of samples that a link names, as soon as it is known where it lies.
const { pair } = settings.peek()
config.subscribe(known => {
  const sample = known?.samples.find(({ name }) => name === pair)
  if (sample) startSample(sample)
})

void openEngine().then(() => {
  void lookForGraphicsCard()
  // Later, so that what it keeps does not compete with what the page waits for.
  if ('serviceWorker' in navigator) {
    setTimeout(() => navigator.serviceWorker.register('sw.js', { type: 'module' }).catch(() => {}), 2000)
  }
})
