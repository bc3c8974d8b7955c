// The frame of all pages as HTML, made when the pages are built and sent by the server: there is something to see, and to go on
// with, before any code has run.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { Router } from 'wouter'
import { createApi } from '../../data/api.ts'
import type { LangCode, Settings } from '../../data/settings.ts'
import { createTimeFormats, type Services, ServicesProvider } from '../../services.tsx'
import { createTranslate } from '../../text/dictionary.ts'
import { en } from '../../text/en.ts'
import { zh } from '../../text/zh.ts'
import { Frame } from './frame.tsx'
import { createPageModules, type PageEntry, PAGES } from './routes.ts'
import { WaitingPage } from './waiting-page.tsx'

export interface FrameLook extends Pick<Settings, 'theme' | 'lang'> {
  readonly isAgent: boolean
}

/**
 * The frame with no page in it: of the links in its navigation none is the current one, and all are relative to the base href.
 * It has no style attributes, which the pages' policy forbids.
 */
export function staticFrame(look: FrameLook): string {
  const nothing = () => undefined
  return renderToStaticMarkup(
    <ServicesProvider services={staticServices(look)}>
      <QueryClientProvider client={new QueryClient()}>
        <Router ssrPath="/-" hrefs={(href) => `.${href}`}>
          <div className="shell">
            <Frame
              modules={createPageModules()}
              onMenu={nothing}
              onSearch={nothing}
              onHelp={nothing}
              bell={undefined}
              banner={undefined}
            >
              <WaitingPage />
            </Frame>
          </div>
        </Router>
      </QueryClientProvider>
    </ServicesProvider>,
  )
}

interface StaticPage extends Pick<PageEntry, 'paths' | 'modules'> {
  readonly words: PageEntry['words'] | undefined
  /** Where the frame's navigation leads to it, as it stands there. */
  readonly link: string
  readonly title: Readonly<Record<LangCode, string>>
}

export function staticPages(): StaticPage[] {
  const inEnglish = createTranslate(en, 'en')
  const inChinese = createTranslate(zh, 'zh')
  return PAGES.map(({ paths, modules, words, title, within }) => ({
    paths,
    modules,
    words,
    link: `.${PAGES.find((page) => page.title === (within ?? title))!.paths[0]}`,
    title: { en: inEnglish(title), zh: inChinese(title) },
  }))
}

function staticServices({ theme, lang, isAgent }: FrameLook): Services {
  const settings: Settings = { theme, lang, zone: 'utc' }
  return {
    api: createApi('http://frame.invalid/', () =>
      Promise.reject(new Error('a frame asks nothing')),
    ),
    settings: {
      current: () => settings,
      subscribe: () => () => undefined,
      change: () => undefined,
    },
    sizes: { watch: () => () => undefined },
    isAgent,
    isViewer: false,
    commandKey: 'Ctrl',
    momentMs: () => 0,
    translate: () => createTranslate(lang === 'zh' ? zh : en, lang),
    loadWords: () => Promise.resolve(),
    timeFormat: createTimeFormats(),
  }
}
