// Every page of this version: where it lives, how it is called, which module draws it.
import type { ComponentType } from 'react'
import type { IconName } from '../../kit/icon.tsx'
import type { TextKey, WordsPart } from '../../text/dictionary.ts'

export interface PageEntry {
  readonly title: TextKey
  readonly icon: IconName
  /** The first path is the one that navigation leads to. A part `:name` stands for any one part. */
  readonly paths: readonly [string, ...string[]]
  /** Not in the navigation: the page that it belongs to is. */
  readonly within?: TextKey
  readonly group: TextKey | undefined
  /** Words that only this page and its like need. */
  readonly words?: WordsPart
  /** How many alerts fire is shown beside the page's name. */
  readonly countsFiring?: true
  /** The second key of `g …`. */
  readonly key: string
  /** The files below `src/` that `load` brings, the page's own first: the server has the browser load them with the HTML. */
  readonly modules: readonly [string, ...string[]]
  load(): Promise<ComponentType>
}

export const PAGES: readonly PageEntry[] = [
  {
    title: 'nav.overview',
    icon: 'home',
    paths: ['/'],
    words: 'overview',
    group: undefined,
    key: 'o',
    modules: ['pages/overview/overview-page.tsx'],
    load: async () => (await import('../overview/overview-page.tsx')).OverviewPage,
  },
  {
    title: 'nav.dashboards',
    icon: 'grid',
    paths: ['/dashboards'],
    words: 'dashboards',
    group: 'nav.observe',
    key: 'd',
    modules: ['pages/dashboards/dashboards-page.tsx'],
    load: async () => (await import('../dashboards/dashboards-page.tsx')).DashboardsPage,
  },
  {
    title: 'nav.dashboard',
    icon: 'grid',
    paths: ['/d/:uid', '/d/:uid/:slug'],
    within: 'nav.dashboards',
    words: 'dashboards',
    group: 'nav.observe',
    key: '',
    modules: [
      'pages/dashboards/dashboard-page.tsx',
      'pages/dashboards/panels/time-series-panel.tsx',
    ],
    load: async () => {
      // Nearly every dashboard has a panel of it.
      import('../dashboards/panels/time-series-panel.tsx').catch(() => undefined)
      return (await import('../dashboards/dashboard-page.tsx')).DashboardPage
    },
  },
  {
    title: 'dash.newTitle',
    icon: 'grid',
    paths: ['/dashboard/new'],
    within: 'nav.dashboards',
    words: 'dashboards',
    group: 'nav.observe',
    key: '',
    modules: ['pages/dashboards/dashboard-page.tsx'],
    load: async () => (await import('../dashboards/dashboard-page.tsx')).NewDashboardPage,
  },
  {
    title: 'import.title',
    icon: 'upload',
    paths: ['/dashboard/import'],
    within: 'nav.dashboards',
    words: 'dashboards',
    group: 'nav.observe',
    key: '',
    modules: ['pages/dashboards/import-page.tsx'],
    load: async () => (await import('../dashboards/import-page.tsx')).ImportPage,
  },
  {
    title: 'nav.query',
    icon: 'search',
    paths: ['/query', '/graph', '/explore'],
    words: 'tools',
    group: 'nav.observe',
    key: 'q',
    modules: ['pages/query/query-page.tsx'],
    load: async () => (await import('../query/query-page.tsx')).QueryPage,
  },
  {
    title: 'nav.alerts',
    icon: 'bell',
    paths: ['/alerts', '/alerts/history'],
    words: 'alerting',
    group: 'nav.alerting',
    countsFiring: true,
    key: 'a',
    modules: ['pages/alerts/alerts-page.tsx'],
    load: async () => (await import('../alerts/alerts-page.tsx')).AlertsPage,
  },
  {
    title: 'nav.rules',
    icon: 'list',
    paths: ['/rules'],
    words: 'alerting',
    group: 'nav.alerting',
    key: 'r',
    modules: ['pages/rules/rules-page.tsx'],
    load: async () => (await import('../rules/rules-page.tsx')).RulesPage,
  },
  {
    title: 'nav.ruleEditor',
    icon: 'list',
    paths: ['/rules/new', '/rules/:group/:name/edit'],
    within: 'nav.rules',
    words: 'alerting',
    group: 'nav.alerting',
    key: '',
    modules: ['pages/rules/rule-editor-page.tsx'],
    load: async () => (await import('../rules/rule-editor-page.tsx')).RuleEditorPage,
  },
  {
    title: 'nav.silences',
    icon: 'mute',
    paths: ['/silences', '/silences/new', '/silences/:id', '/silences/:id/edit'],
    words: 'alerting',
    group: 'nav.alerting',
    key: 's',
    modules: ['pages/silences/silences-page.tsx'],
    load: async () => (await import('../silences/silences-page.tsx')).SilencesPage,
  },
  {
    title: 'nav.contacts',
    icon: 'mail',
    paths: ['/contact-points'],
    words: 'alerting',
    group: 'nav.alerting',
    key: 'c',
    modules: ['pages/contact-points/contact-points-page.tsx'],
    load: async () => (await import('../contact-points/contact-points-page.tsx')).ContactPointsPage,
  },
  {
    title: 'nav.policies',
    icon: 'route',
    paths: ['/notification-policies'],
    words: 'alerting',
    group: 'nav.alerting',
    key: 'n',
    modules: ['pages/policies/policies-page.tsx'],
    load: async () => (await import('../policies/policies-page.tsx')).PoliciesPage,
  },
  {
    title: 'nav.targets',
    icon: 'target',
    paths: ['/targets'],
    words: 'system',
    group: 'nav.system',
    key: 't',
    modules: ['pages/targets/targets-page.tsx'],
    load: async () => (await import('../targets/targets-page.tsx')).TargetsPage,
  },
  {
    title: 'nav.services',
    icon: 'link',
    paths: ['/services'],
    words: 'system',
    group: 'nav.system',
    key: 'e',
    modules: ['pages/services/services-page.tsx'],
    load: async () => (await import('../services/services-page.tsx')).ServicesPage,
  },
  {
    title: 'nav.push',
    icon: 'upload',
    paths: ['/push'],
    words: 'alerting',
    group: 'nav.system',
    key: 'u',
    modules: ['pages/push/push-page.tsx'],
    load: async () => (await import('../push/push-page.tsx')).PushPage,
  },
  {
    title: 'nav.discovery',
    icon: 'radar',
    paths: ['/service-discovery'],
    words: 'system',
    group: 'nav.system',
    key: 'v',
    modules: ['pages/discovery/discovery-page.tsx'],
    load: async () => (await import('../discovery/discovery-page.tsx')).DiscoveryPage,
  },
  {
    title: 'nav.cluster',
    icon: 'nodes',
    paths: ['/cluster'],
    words: 'alerting',
    group: 'nav.system',
    key: 'l',
    modules: ['pages/cluster/cluster-page.tsx'],
    load: async () => (await import('../cluster/cluster-page.tsx')).ClusterPage,
  },
  {
    title: 'nav.status',
    icon: 'info',
    paths: ['/status', '/tsdb-status', '/flags', '/config', '/features'],
    words: 'tools',
    group: 'nav.system',
    key: 'i',
    modules: ['pages/status/status-page.tsx'],
    load: async () => (await import('../status/status-page.tsx')).StatusPage,
  },
]

export function pageAt(path: string): PageEntry | undefined {
  const bare = path.length > 1 ? path.replace(/\/+$/, '') : path
  return PAGES.find(({ paths }) => paths.some((pattern) => isPathOf(pattern, bare)))
}

function isPathOf(pattern: string, path: string): boolean {
  if (!pattern.includes(':')) return pattern === path
  const [wanted, parts] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) =>
      part.startsWith(':') ? parts[index] !== '' : part === parts[index],
    )
  )
}

const NAV_PAGES: readonly PageEntry[] = PAGES.filter(({ within }) => within === undefined)

/** The pages that navigation, palette and shortcuts lead to; an agent has no samples, rules, alerts and pushed groups. */
export function navPages(isAgent: boolean): readonly PageEntry[] {
  return isAgent
    ? NAV_PAGES.filter(({ group, title }) => group === 'nav.system' && title !== 'nav.push')
    : NAV_PAGES
}

/** Page modules, each loaded once: before the first render, on hover of its link, or when it is opened. */
export interface PageModules {
  loaded(page: PageEntry): ComponentType | undefined
  load(page: PageEntry): Promise<ComponentType>
}

/** @param loadWords  brings a part of the dictionaries; called before a page that needs it is there */
export function createPageModules(
  loadWords: (part: WordsPart) => Promise<void> = () => Promise.resolve(),
): PageModules {
  const done = new Map<PageEntry, ComponentType>()
  const underway = new Map<PageEntry, Promise<ComponentType>>()
  return {
    loaded: (page) => done.get(page),
    load(page) {
      let loading = underway.get(page)
      if (loading === undefined) {
        const words = page.words === undefined ? undefined : loadWords(page.words)
        loading = Promise.all([page.load(), words]).then(
          ([component]) => {
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
