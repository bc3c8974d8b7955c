// What a person has chosen for all pages: theme, language, time zone. Address first, then cookie, then browser.
import type { Zone } from './time.ts'

export type Theme = 'light' | 'dark'
export type LangCode = 'en' | 'zh'

export interface Settings {
  readonly theme: Theme
  readonly lang: LangCode
  readonly zone: Zone
}

/** Where the choices come from and go to; `data/browser.ts` in the browser. */
export interface SettingsSource {
  /** The address's search part. */
  readonly search: string
  readonly prefersDark: boolean
  readonly languages: readonly string[]
  cookie(name: string): string | undefined
  keep(name: string, value: string): void
}

const THEME_COOKIE = 'pharos_theme'
const LANG_COOKIE = 'pharos_lang'
const ZONE_COOKIE = 'pharos_zone'

export interface SettingsStore {
  readonly current: () => Settings
  readonly subscribe: (changed: () => void) => () => void
  change(part: Partial<Settings>): void
}

export function createSettings(source: SettingsSource): SettingsStore {
  let settings = firstSettings(source)
  const watchers = new Set<() => void>()
  return {
    current: () => settings,
    subscribe(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    change(part) {
      settings = { ...settings, ...part }
      if (part.theme !== undefined) source.keep(THEME_COOKIE, part.theme)
      if (part.lang !== undefined) source.keep(LANG_COOKIE, part.lang)
      if (part.zone !== undefined) source.keep(ZONE_COOKIE, part.zone)
      for (const changed of watchers) changed()
    },
  }
}

function firstSettings(source: SettingsSource): Settings {
  const params = new URLSearchParams(source.search)
  const theme = params.get('theme') ?? source.cookie(THEME_COOKIE)
  const lang = params.get('lang') ?? source.cookie(LANG_COOKIE)
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : source.prefersDark ? 'dark' : 'light',
    lang: languageOf(lang === undefined ? source.languages : [lang, ...source.languages]),
    zone: source.cookie(ZONE_COOKIE) === 'utc' ? 'utc' : 'local',
  }
}

/** The first wanted language that there is a dictionary for; English when there is none. */
export function languageOf(wanted: readonly string[]): LangCode {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0]
    if (language === 'zh' || language === 'en') return language
  }
  return 'en'
}
