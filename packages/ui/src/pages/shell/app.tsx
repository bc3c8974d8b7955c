import {
  type ComponentType,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useLocation } from 'wouter'
import { whenIdle } from '../../data/browser.ts'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { EmptyState, ErrorBox } from '../../kit/states.tsx'
import { type Services, useServices, useSettings, useText } from '../../services.tsx'
import { CrashGuard } from '../../kit/crash-guard.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { Frame } from './frame.tsx'
import { Nav } from './nav.tsx'
import { PaletteHost, usePalettePreload } from './palette-host.tsx'
import { pageAt, type PageEntry, type PageModules, navPages } from './routes.ts'
import { WaitingPage } from './waiting-page.tsx'
import { createShortcuts } from './shortcuts.ts'

type Overlay = 'palette' | 'help' | 'drawer' | undefined

export function App(props: { modules: PageModules }): ReactNode {
  const { modules } = props
  const t = useText()
  const [location] = useLocation()
  const [overlay, setOverlay] = useState<Overlay>(undefined)
  const page = pageAt(location)
  const close = () => setOverlay(undefined)
  useDocumentLook(page)
  useShortcuts(setOverlay)
  usePalettePreload()
  const notices = useNotices()
  return (
    <div className="shell">
      <Frame
        modules={modules}
        onMenu={() => setOverlay('drawer')}
        onSearch={() => setOverlay('palette')}
        onHelp={() => setOverlay('help')}
        bell={notices.bell}
        banner={notices.banner}
      >
        <CrashGuard key={page?.title ?? location}>
          {page === undefined ? (
            <EmptyState icon="search" title={t('app.notFound')} hint={t('app.notFoundHint')} />
          ) : (
            <PageHost page={page} modules={modules} />
          )}
        </CrashGuard>
      </Frame>
      {overlay === 'drawer' && (
        <NativeDialog title={t('app.menu')} className="drawer" onClose={close}>
          <nav aria-label={t('nav.main')}>
            <Nav modules={modules} onGo={close} />
          </nav>
        </NativeDialog>
      )}
      {overlay === 'help' && (
        <CrashGuard>
          <HelpHost onClose={close} />
        </CrashGuard>
      )}
      {overlay === 'palette' && (
        <CrashGuard>
          <PaletteHost onClose={close} />
        </CrashGuard>
      )}
    </div>
  )
}

/** What the server tells its operator comes when the page is there. */
function useNotices(): { bell: ReactNode; banner: ReactNode } {
  const { api, loadWords } = useServices()
  const [isIdle, setIsIdle] = useState(false)
  useEffect(() => whenIdle(() => setIsIdle(true)), [])
  const load = useCallback(() => loadNotices(loadWords), [loadWords])
  const parts = useLoaded(isIdle ? load : undefined)
  const store = useMemo(() => parts?.createNotifications(api, document.baseURI), [parts, api])
  if (parts === undefined || store === undefined) return { bell: undefined, banner: undefined }
  return {
    bell: <parts.NotificationBell store={store} />,
    banner: <parts.NotificationBanner store={store} />,
  }
}

async function loadNotices(loadWords: Services['loadWords']) {
  const [{ createNotifications }, { NotificationBell, NotificationBanner }] = await Promise.all([
    import('../../data/notifications.ts'),
    import('./notices.tsx'),
    loadWords('aside'),
  ])
  return { createNotifications, NotificationBell, NotificationBanner }
}

function HelpHost(props: { onClose: () => void }): ReactNode {
  const { loadWords } = useServices()
  const load = useCallback(() => loadHelp(loadWords), [loadWords])
  const Help = useLoaded(load)
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return Help === undefined ? null : <Help {...props} />
}

async function loadHelp(
  loadWords: Services['loadWords'],
): Promise<ComponentType<{ onClose: () => void }>> {
  const [{ ShortcutHelp }] = await Promise.all([import('./shortcut-help.tsx'), loadWords('aside')])
  return ShortcutHelp
}

interface LoadState {
  readonly page: PageEntry
  readonly Page: ComponentType | undefined
  readonly error: unknown
}

/** No Suspense here: React would hold each reveal back, and the first API call with it. */
function PageHost(props: { page: PageEntry; modules: PageModules }): ReactNode {
  const { page, modules } = props
  const [state, setState] = useState<LoadState>({
    page,
    Page: modules.loaded(page),
    error: undefined,
  })
  useEffect(() => {
    let isWanted = true
    modules.load(page).then(
      (Page) => isWanted && setState({ page, Page, error: undefined }),
      (error: unknown) => isWanted && setState({ page, Page: undefined, error }),
    )
    return () => {
      isWanted = false
    }
  }, [page, modules])
  if (state.page === page && state.Page !== undefined) return <state.Page />
  if (state.page !== page || state.error === undefined) return <WaitingPage />
  return (
    <div className="page">
      <ErrorBox error={state.error} onRetry={() => window.location.reload()} />
    </div>
  )
}

function useDocumentLook(page: PageEntry | undefined): void {
  const t = useText()
  const { theme, lang } = useSettings()
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  }, [theme, lang])
  useEffect(() => {
    document.title = page === undefined ? 'Pharos' : `${t(page.title)} · Pharos`
  }, [page, t])
}

function useShortcuts(show: (overlay: Overlay) => void): void {
  const { isAgent } = useServices()
  const [, navigate] = useLocation()
  const go = useRef(navigate)
  useEffect(() => {
    go.current = navigate
  })
  useEffect(() => {
    const shortcuts = createShortcuts({
      palette: () => show('palette'),
      help: () => show('help'),
      filter: () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
      go(key) {
        const page = navPages(isAgent).find((entry) => entry.key === key)
        if (page !== undefined) go.current(page.paths[0])
        return page !== undefined
      },
    })
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, timeStamp } = event
      const isTyping = isTypingIn(event.target)
      if (shortcuts({ key, ctrlKey, metaKey, altKey, timeStamp, isTyping })) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [show, isAgent])
}

function isTypingIn(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], dialog, [role="dialog"]') !== null
  )
}
