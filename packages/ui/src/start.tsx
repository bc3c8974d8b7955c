// Makes what exists once per tab, loads the page's module and the language before the first render, and draws in place of the
// frame that the server sent.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode, useEffect, useEffectEvent, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import type { Ahead } from './data/ahead.ts'
import { createApi } from './data/api.ts'
import {
  after,
  commandKey,
  isAgent,
  isViewer,
  nowMs,
  readCookie,
  writeCookie,
} from './data/browser.ts'
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

/** Unused answers of what was asked ahead are no longer the news then. */
const AHEAD_MS = 10_000

export interface Opened {
  /** The base path without a slash at its end. */
  readonly base: string
  /** Below the base path, with a slash in front. */
  readonly path: string
  readonly ahead: Ahead
}

export async function start({ base, path, ahead }: Opened): Promise<void> {
  const settings = createSettings({
    search: location.search,
    prefersDark: matchMedia('(prefers-color-scheme: dark)').matches,
    languages: navigator.languages,
    cookie: readCookie,
    keep: writeCookie,
  })
  const words = createWords(() => settings.current().lang === 'zh')
  const services: Services = {
    api: createApi(document.baseURI, ahead.reach),
    settings,
    sizes: createSizeWatcher(),
    isAgent: isAgent(),
    isViewer: isViewer(),
    commandKey: commandKey(),
    momentMs: () => ahead.momentMs() ?? nowMs(),
    translate: words.of,
    loadWords: words.loadPart,
    timeFormat: createTimeFormats(),
  }
  const modules = createPageModules(words.loadPart)
  const first = pageAt(path)
  await Promise.all([
    words.load(services.settings.current().lang),
    // A page that cannot be loaded says so in its place, inside the shell.
    first === undefined ? undefined : modules.load(first).catch(() => undefined),
  ])
  const root = document.getElementById('root')
  if (root === null) throw new Error('index.html has no element with the id root')
  const queries = new QueryClient({
    defaultOptions: { queries: { refetchOnWindowFocus: false, staleTime: 3000, gcTime: 60_000 } },
  })
  const onDrawn = () => {
    root.removeAttribute('aria-busy')
    ahead.drawn()
    after(AHEAD_MS, () => ahead.end())
  }
  createRoot(root).render(
    <StrictMode>
      <ServicesProvider services={services}>
        <QueryClientProvider client={queries}>
          <Router base={base}>
            <WithWords words={words} modules={modules} onDrawn={onDrawn} />
          </Router>
        </QueryClientProvider>
      </ServicesProvider>
    </StrictMode>,
  )
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
  aside: {
    en: () => import('./text/en-aside.ts'),
    zh: () => import('./text/zh-aside.ts'),
  },
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
function WithWords(props: {
  words: WordStore
  modules: PageModules
  onDrawn: () => void
}): ReactNode {
  const { lang } = useSettings()
  // After the effects of all that is below, which ask the server.
  const onDrawn = useEffectEvent(props.onDrawn)
  useEffect(() => onDrawn(), [])
  const [, setLoaded] = useState<LangCode | undefined>(undefined)
  useEffect(() => {
    props.words.load(lang).then(
      () => setLoaded(lang),
      () => setLoaded(undefined),
    )
  }, [lang, props.words])
  return <App modules={props.modules} />
}
