// Every page of this version: where it lives, how it is called, which module draws it.
import type { ComponentType } from 'react'
import type { IconName } from '../../kit/icon.tsx'
import type { TextKey } from '../../text/dictionary.ts'

export interface PageEntry {
  readonly title: TextKey
  readonly icon: IconName
  /** The first path is the one that navigation leads to. */
  readonly paths: readonly [string, ...string[]]
  readonly group: TextKey | undefined
  /** How many alerts fire is shown beside the page's name. */
  readonly countsFiring?: true
  /** The second key of `g …`. */
  readonly key: string
  load(): Promise<ComponentType>
}

export const PAGES: readonly PageEntry[] = [
  {
    title: 'nav.overview',
    icon: 'home',
    paths: ['/'],
    group: undefined,
    key: 'o',
    load: async () => (await import('../overview/overview-page.tsx')).OverviewPage,
  },
  {
    title: 'nav.query',
    icon: 'search',
    paths: ['/query', '/graph'],
    group: 'nav.observe',
    key: 'q',
    load: async () => (await import('../query/query-page.tsx')).QueryPage,
  },
  {
    title: 'nav.alerts',
    icon: 'bell',
    paths: ['/alerts'],
    group: 'nav.alerting',
    countsFiring: true,
    key: 'a',
    load: async () => (await import('../alerts/alerts-page.tsx')).AlertsPage,
  },
  {
    title: 'nav.rules',
    icon: 'list',
    paths: ['/rules'],
    group: 'nav.alerting',
    key: 'r',
    load: async () => (await import('../rules/rules-page.tsx')).RulesPage,
  },
  {
    title: 'nav.targets',
    icon: 'target',
    paths: ['/targets'],
    group: 'nav.system',
    key: 't',
    load: async () => (await import('../targets/targets-page.tsx')).TargetsPage,
  },
  {
    title: 'nav.discovery',
    icon: 'radar',
    paths: ['/service-discovery'],
    group: 'nav.system',
    key: 'v',
    load: async () => (await import('../discovery/discovery-page.tsx')).DiscoveryPage,
  },
  {
    title: 'nav.status',
    icon: 'info',
    paths: ['/status', '/tsdb-status', '/flags', '/config'],
    group: 'nav.system',
    key: 'i',
    load: async () => (await import('../status/status-page.tsx')).StatusPage,
  },
]

export function pageAt(path: string): PageEntry | undefined {
  const bare = path.length > 1 ? path.replace(/\/+$/, '') : path
  return PAGES.find(({ paths }) => paths.includes(bare))
}

/** Page modules, each loaded once: before the first render, on hover of its link, or when it is opened. */
export interface PageModules {
  loaded(page: PageEntry): ComponentType | undefined
  load(page: PageEntry): Promise<ComponentType>
}

export function createPageModules(): PageModules {
  const done = new Map<PageEntry, ComponentType>()
  const underway = new Map<PageEntry, Promise<ComponentType>>()
  return {
    loaded: (page) => done.get(page),
    load(page) {
      let loading = underway.get(page)
      if (loading === undefined) {
        loading = page.load().then(
          (component) => {
            done.set(page, component)
            return component
          },
          (error: unknown) => {
            underway.delete(page)
            throw error
          },
        )
        underway.set(page, loading)
      }
      return loading
    },
  }
}
