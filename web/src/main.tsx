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
render(<App />, document.getElementById('app')!)

// A photo that misses its place must not replace the page.
for (const type of ['dragover', 'drop'] as const) addEventListener(type, event => event.preventDefault())

const { pair } = settings.peek()
void openEngine().then(() => {
  void lookForGraphicsCard()
  // Afterwards, so that what it keeps does not compete with what the page waits for.
  if ('serviceWorker' in navigator) {
    void navigator.serviceWorker.register('sw.js', { type: 'module' }).catch(() => {})
  }
  const sample = config.peek()?.samples.find(({ name }) => name === pair)
  if (sample) startSample(sample)
})
