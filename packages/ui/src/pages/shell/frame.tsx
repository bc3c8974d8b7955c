import type { ReactNode } from 'react'
import { useText } from '../../services.tsx'
import { Nav } from './nav.tsx'
import type { PageModules } from './routes.ts'
import { TopBar, type TopBarProps } from './top-bar.tsx'

interface FrameProps extends TopBarProps {
  readonly modules: PageModules
  /** Above the page. */
  readonly banner: ReactNode
  readonly children: ReactNode
}

/** What stands around every page. The server sends it with the HTML (static-frame.tsx), so it uses nothing of a browser. */
export function Frame({ modules, banner, children, ...bar }: FrameProps): ReactNode {
  const t = useText()
  return (
    <>
      <a className="skip" href="#main" onClick={skipToMain}>
        {t('app.skip')}
      </a>
      <nav className="side" aria-label={t('nav.main')}>
        <Nav modules={modules} />
      </nav>
      <div className="main">
        <TopBar {...bar} />
        {banner}
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  )
}

function skipToMain(event: { preventDefault(): void }): void {
  // The base href would turn `#main` into another page.
  event.preventDefault()
  document.getElementById('main')?.focus()
}
