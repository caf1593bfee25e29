import { Compare } from './pages/compare.tsx'
import { GalleryPage } from './pages/gallery.tsx'
import { LivePage } from './pages/live.tsx'
import { MaskPage } from './pages/mask.tsx'
import { CameraDialog } from './parts/camera.tsx'
import { Status } from './parts/status.tsx'
import { config } from './state/engine.ts'
import { change, PAGES, settings } from './state/settings.ts'
import { text } from './text.ts'

export const App = () => {
  const { page } = settings.value
  return (
    <>
      <a class="skip" href="#main">
        {text.skip}
      </a>
      <header class="top">
        <div class="brand">
          <img src="icon.svg" alt="" width="28" height="28" />
          <span>{text.name}</span>
        </div>
        <nav aria-label={text.pagesLabel}>
          {PAGES.filter(name => name !== 'gallery' || config.value?.api).map(name => (
            <a
              key={name}
              href={`#/${name}`}
              aria-current={name === page ? 'page' : undefined}
              onClick={event => {
                event.preventDefault()
                change({ page: name })
              }}
            >
              {text.pages[name]}
            </a>
          ))}
        </nav>
        <Status />
      </header>
      <main id="main" tabIndex={-1}>
        {page === 'compare' && <Compare />}
        {page === 'mask' && <MaskPage />}
        {page === 'live' && <LivePage />}
        {page === 'gallery' && <GalleryPage />}
      </main>
      <footer>
        <p>{page === 'gallery' ? text.gallery.about : text.about}</p>
        <p>{config.value && text.footer(config.value.version)}</p>
      </footer>
      <CameraDialog />
    </>
  )
}
