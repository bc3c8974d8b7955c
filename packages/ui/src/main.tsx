// The first file that runs in the browser: makes what exists once per tab, loads the page's module and the
// language before the first render, and draws.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import './styles/index.css'
import { createApi } from './data/api.ts'
import { readCookie, writeCookie } from './data/browser.ts'
import { createSettings, type LangCode } from './data/settings.ts'
import { App } from './pages/shell/app.tsx'
import { createPageModules, pageAt, type PageModules } from './pages/shell/routes.ts'
import { createTimeFormats, type Services, ServicesProvider, useSettings } from './services.tsx'
import { createSizeWatcher } from './size-watcher.ts'
import { createTranslate, type Translate } from './text/dictionary.ts'
import { en } from './text/en.ts'

start().catch((error: unknown) => {
  document.body.textContent = error instanceof Error ? error.message : String(error)
})

async function start(): Promise<void> {
  const base = new URL(document.baseURI).pathname.replace(/\/+$/, '')
  const words = new Map<LangCode, Translate>([['en', createTranslate(en, 'en')]])
  const services: Services = {
    api: createApi(document.baseURI),
    settings: createSettings({
      search: location.search,
      prefersDark: matchMedia('(prefers-color-scheme: dark)').matches,
      languages: navigator.languages,
      cookie: readCookie,
      keep: writeCookie,
    }),
    sizes: createSizeWatcher(),
    translate: (lang) => words.get(lang),
    timeFormat: createTimeFormats(),
  }
  const modules = createPageModules()
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : '/'
  const first = pageAt(path === '' ? '/' : path)
  await Promise.all([
    loadWords(words, services.settings.current().lang),
    // A page that cannot be loaded says so in its place, inside the shell.
    first === undefined ? undefined : modules.load(first).catch(() => undefined),
  ])
  const queries = new QueryClient({
    defaultOptions: { queries: { refetchOnWindowFocus: false, staleTime: 3000, gcTime: 60_000 } },
  })
  const root = document.getElementById('root')
  if (root === null) throw new Error('index.html has no element with the id root')
  createRoot(root).render(
    <StrictMode>
      <ServicesProvider services={services}>
        <QueryClientProvider client={queries}>
          <Router base={base}>
            <WithWords words={words} modules={modules} />
          </Router>
        </QueryClientProvider>
      </ServicesProvider>
    </StrictMode>,
  )
}

async function loadWords(words: Map<LangCode, Translate>, lang: LangCode): Promise<void> {
  if (words.has(lang)) return
  const { zh } = await import('./text/zh.ts')
  words.set('zh', createTranslate(zh, 'zh'))
}

/** Draws again once the dictionary of a newly chosen language is there; English stands in until then. */
function WithWords(props: { words: Map<LangCode, Translate>; modules: PageModules }): ReactNode {
  const { lang } = useSettings()
  const [, setLoaded] = useState<LangCode | undefined>(undefined)
  useEffect(() => {
    loadWords(props.words, lang).then(
      () => setLoaded(lang),
      () => setLoaded(undefined),
    )
  }, [lang, props.words])
  return <App modules={props.modules} />
}
