// The first file that runs in the browser: makes what exists once per tab, loads the page's module and the
// language before the first render, and draws.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import './styles/index.css'
import { createApi } from './data/api.ts'
import { readCookie, writeCookie } from './data/browser.ts'
import { hashLinkPath } from './data/hash-link.ts'
import { createSettings, type LangCode } from './data/settings.ts'
import { App } from './pages/shell/app.tsx'
import { createPageModules, pageAt, type PageModules } from './pages/shell/routes.ts'
import { createTimeFormats, type Services, ServicesProvider, useSettings } from './services.tsx'
import { createSizeWatcher } from './size-watcher.ts'
import {
  createTranslate,
  type Dictionary,
  type Translate,
  type WordsPart,
} from './text/dictionary.ts'
import { en } from './text/en.ts'

start().catch((error: unknown) => {
  document.body.textContent = error instanceof Error ? error.message : String(error)
})

async function start(): Promise<void> {
  const base = new URL(document.baseURI).pathname.replace(/\/+$/, '')
  const settings = createSettings({
    search: location.search,
    prefersDark: matchMedia('(prefers-color-scheme: dark)').matches,
    languages: navigator.languages,
    cookie: readCookie,
    keep: writeCookie,
  })
  const words = createWords(() => settings.current().lang === 'zh')
  const services: Services = {
    api: createApi(document.baseURI),
    settings,
    sizes: createSizeWatcher(),
    translate: words.of,
    loadWords: words.loadPart,
    timeFormat: createTimeFormats(),
  }
  const modules = createPageModules(words.loadPart)
  followHashLink(location, base)
  const below = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : '/'
  const path = below === '' ? '/' : below
  const first = pageAt(path)
  const queries = new QueryClient({
    defaultOptions: { queries: { refetchOnWindowFocus: false, staleTime: 3000, gcTime: 60_000 } },
  })
  first?.askAhead?.(services.api, queries, path)
  await Promise.all([
    words.load(services.settings.current().lang),
    // A page that cannot be loaded says so in its place, inside the shell.
    first === undefined ? undefined : modules.load(first).catch(() => undefined),
  ])
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

/** Links in mails of Alertmanager lead to the same page here. */
function followHashLink(at: Location, base: string): void {
  const path = hashLinkPath(at.hash)
  if (path !== undefined) history.replaceState(null, '', base + path)
}

interface WordStore {
  readonly of: (lang: LangCode) => Translate | undefined
  readonly load: (lang: LangCode) => Promise<void>
  readonly loadPart: (part: WordsPart) => Promise<void>
}

/** English is part of the first load; another language, and the words of rare pages, come when they are wanted. */
function createWords(wantsChinese: () => boolean): WordStore {
  const dictionaries: Record<LangCode, Partial<Dictionary>> = { en: { ...en }, zh: {} }
  const translates = new Map([['en' as LangCode, createTranslate(dictionaries.en, 'en')]])
  const parts = new Set<WordsPart>()
  const loadPartOf = async (part: WordsPart, lang: LangCode) => {
    const { words } = await PARTS[part][lang]()
    Object.assign(dictionaries[lang], words)
  }
  return {
    of: (lang) => translates.get(lang),
    async load(lang) {
      if (translates.has(lang)) return
      const [{ zh }] = await Promise.all([
        import('./text/zh.ts'),
        ...[...parts].map((part) => loadPartOf(part, lang)),
      ])
      Object.assign(dictionaries.zh, zh)
      translates.set('zh', createTranslate(dictionaries.zh, 'zh'))
    },
    async loadPart(part) {
      parts.add(part)
      const langs: LangCode[] = wantsChinese() || translates.has('zh') ? ['en', 'zh'] : ['en']
      await Promise.all(langs.map((lang) => loadPartOf(part, lang)))
    },
  }
}

const PARTS = {
  dashboards: {
    en: () => import('./text/en-dashboards.ts'),
    zh: () => import('./text/zh-dashboards.ts'),
  },
  editor: {
    en: () => import('./text/en-editor.ts'),
    zh: () => import('./text/zh-editor.ts'),
  },
  overview: {
    en: () => import('./text/en-overview.ts'),
    zh: () => import('./text/zh-overview.ts'),
  },
  system: {
    en: () => import('./text/en-system.ts'),
    zh: () => import('./text/zh-system.ts'),
  },
  tools: {
    en: () => import('./text/en-tools.ts'),
    zh: () => import('./text/zh-tools.ts'),
  },
  alerting: {
    en: () => import('./text/en-alerting.ts'),
    zh: () => import('./text/zh-alerting.ts'),
  },
} as const

/** Draws again once the dictionary of a newly chosen language is there; English stands in until then. */
function WithWords(props: { words: WordStore; modules: PageModules }): ReactNode {
  const { lang } = useSettings()
  const [, setLoaded] = useState<LangCode | undefined>(undefined)
  useEffect(() => {
    props.words.load(lang).then(
      () => setLoaded(lang),
      () => setLoaded(undefined),
    )
  }, [lang, props.words])
  return <App modules={props.modules} />
}
