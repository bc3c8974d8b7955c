// What exists once per tab, handed to every component: the API, the settings, the words.
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Api } from './data/api.ts'
import type { LangCode, Settings, SettingsStore } from './data/settings.ts'
import { createTimeFormat, type TimeFormat, type Zone } from './data/time.ts'
import type { SizeWatcher } from './size-watcher.ts'
import type { Translate, WordsPart } from './text/dictionary.ts'

export interface Services {
  readonly api: Api
  readonly settings: SettingsStore
  readonly sizes: SizeWatcher
  /** Whether these are the pages of an agent, which has nothing to query. */
  readonly isAgent: boolean
  /** May look and change nothing: what changes something is not offered. */
  readonly isViewer: boolean
  /** The key that commands are given with. */
  readonly commandKey: '⌘' | 'Ctrl'
  /** Now; while the first page is drawn the moment for which its questions were asked ahead. */
  readonly momentMs: () => number
  /** The words of a language; undefined until its dictionary is loaded. */
  readonly translate: (lang: LangCode) => Translate | undefined
  /** Brings a part of the dictionaries, for what is opened later than its page. */
  readonly loadWords: (part: WordsPart) => Promise<void>
  readonly timeFormat: (zone: Zone) => TimeFormat
}

const ServicesContext = createContext<Services | undefined>(undefined)

export function ServicesProvider(props: { services: Services; children: ReactNode }): ReactNode {
  return <ServicesContext value={props.services}>{props.children}</ServicesContext>
}

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('a component stands outside of ServicesProvider')
  return services
}

export function useSettings(): Settings {
  const { settings } = useServices()
  return useSyncExternalStore(settings.subscribe, settings.current, settings.current)
}

export function useText(): Translate {
  const { translate } = useServices()
  const { lang } = useSettings()
  const words = translate(lang) ?? translate('en')
  if (words === undefined) throw new Error('the English dictionary is part of the first load')
  return words
}

const ZoneContext = createContext<Zone | undefined>(undefined)

/** Whatever is below reads its times in this zone; undefined is the one that was chosen for all pages. */
export function ZoneProvider(props: { zone: Zone | undefined; children: ReactNode }): ReactNode {
  return <ZoneContext value={props.zone}>{props.children}</ZoneContext>
}

export function useZone(): Zone {
  const { zone } = useSettings()
  return useContext(ZoneContext) ?? zone
}

export function useTimeFormat(): TimeFormat {
  const { timeFormat } = useServices()
  return timeFormat(useZone())
}

export function createTimeFormats(): (zone: Zone) => TimeFormat {
  const made = new Map<Zone, TimeFormat>()
  return (zone) => {
    let format = made.get(zone)
    if (format === undefined) made.set(zone, (format = createTimeFormat(zone)))
    return format
  }
}
