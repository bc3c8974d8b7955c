// What Ctrl-K finds: pages, dashboards, targets, rules and metrics. Lists come from the server once per opening, and are shown in
// this order: what stands first, and so what Enter takes, does not change when a later answer arrives.
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo } from 'react'
import type { RuleGroup, RulesData } from '../../data/api-types.ts'
import { type DashboardHit, dashboardPath, searchDashboards } from '../../data/dashboards-api.ts'
import { selectorOf } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { bestMatches } from '../../data/search.ts'
import type { TargetColumns, TargetColumnsData } from '../../data/target-columns.ts'
import { Icon, type IconName } from '../../kit/icon.tsx'
import type { PickItem, PickSection } from '../../kit/pick-list.tsx'
import { useServices, useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { navPages, type PageEntry } from './routes.ts'

const METRICS_SHOWN = 40
const OTHERS_SHOWN = 8

export interface Found {
  /** What it was found for. */
  readonly text: string
  readonly sections: readonly PickSection[]
  /** More may be added at the end. */
  readonly isWaiting: boolean
}

/** Looks for the text, and shows nothing itself. */
export function PaletteSource(props: { text: string; onFound: (found: Found) => void }): ReactNode {
  const { text, onFound } = props
  const found = useFound(text)
  useEffect(() => onFound(found), [found, onFound])
  return null
}

/** @param key  of an entry: its kind, a space and what it stands for */
export function pathOf(key: string): string {
  const at = key.indexOf(' ')
  const [kind, target] = [key.slice(0, at), key.slice(at + 1)]
  if (kind !== 'metric') return target
  return `/query?${writeQueryLink([{ ...NEW_PANEL, expr: selectorOf(target) }])}`
}

function useFound(text: string): Found {
  const t = useText()
  const { isAgent } = useServices()
  const names = useApi<readonly string[]>('label/__name__/values', {})
  const metadata = useApi<Readonly<Record<string, readonly { help: string }[]>>>('metadata', {
    limit_per_metric: 1,
  })
  const { sections, areAll } = useOthers(text)
  return useMemo(() => {
    const pages = navPages(isAgent).flatMap((page) => {
      const path = pathIn(page, t(page.title), text)
      return path === undefined ? [] : [{ page, path }]
    })
    const isTyped = areAll && text.trim() !== ''
    const metrics = isTyped ? bestMatches(names.data?.data ?? [], text, METRICS_SHOWN) : []
    return {
      text,
      isWaiting: !areAll || names.isLoading,
      sections: [
        {
          key: 'pages',
          title: t('palette.pages'),
          items: pages.map(({ page, path }) =>
            item('path', path, t(page.title), page.icon, <PageKeys page={page} path={path} />),
          ),
        },
        ...sections.map(({ title, icon, entries }) => ({
          key: title,
          title: t(title),
          items: entries.map(({ path, name, hint }) => item(title, path, name, icon, hint)),
        })),
        {
          key: 'metrics',
          title: t('palette.metrics'),
          items: metrics.map((name) =>
            item('metric', name, name, 'chart', metadata.data?.data[name]?.[0]?.help),
          ),
        },
      ],
    }
  }, [t, isAgent, text, sections, areAll, names.data, names.isLoading, metadata.data])
}

/** Where the text leads in a page: by its name, or by the address of one of its parts, such as `flags`. */
function pathIn({ paths }: PageEntry, title: string, text: string): string | undefined {
  const parts = paths.filter((path) => !path.includes(':'))
  const [best] = bestMatches([title, ...parts], text, 1)
  return best === undefined ? undefined : (parts.find((path) => path === best) ?? paths[0])
}

function PageKeys({ page, path }: { page: PageEntry; path: string }): ReactNode {
  if (path !== page.paths[0]) return path
  return (
    <>
      <kbd>g</kbd> <kbd>{page.key}</kbd>
    </>
  )
}

interface Entry {
  readonly path: string
  readonly name: string
  readonly hint: string
}

interface Section {
  readonly title: TextKey
  readonly icon: IconName
  readonly entries: readonly Entry[]
  readonly isWaiting: boolean
}

/**
 * What is found besides pages and metrics; targets and rules once something is typed. A section waits for those before it.
 * `areAll` is false while one is on its way.
 */
function useOthers(text: string): { sections: readonly Section[]; areAll: boolean } {
  const { api } = useServices()
  const dashboards = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
  })
  const isTyped = text.trim() !== ''
  const targets = useApi<TargetColumnsData>('targets/columns', {}, { enabled: isTyped })
  const rules = useApi<RulesData>('rules', {}, { enabled: isTyped })
  const ofDashboards = useMemo(() => dashboardEntries(dashboards.data ?? []), [dashboards.data])
  const ofTargets = useMemo(() => targetEntries(targets.data?.data.pools ?? []), [targets.data])
  const ofRules = useMemo(() => ruleEntries(rules.data?.data.groups ?? []), [rules.data])
  return useMemo(() => {
    const all: readonly Section[] = [
      {
        title: 'nav.dashboards',
        icon: 'grid',
        entries: found(ofDashboards, text),
        isWaiting: dashboards.isLoading,
      },
      {
        title: 'palette.targets',
        icon: 'target',
        entries: isTyped ? found(ofTargets, text) : [],
        isWaiting: targets.isLoading,
      },
      {
        title: 'palette.rules',
        icon: 'list',
        entries: isTyped ? found(ofRules, text) : [],
        isWaiting: rules.isLoading,
      },
    ]
    const end = all.findIndex(({ isWaiting }) => isWaiting)
    return { sections: end < 0 ? all : all.slice(0, end), areAll: end < 0 }
  }, [
    ofDashboards,
    dashboards.isLoading,
    ofTargets,
    targets.isLoading,
    ofRules,
    rules.isLoading,
    text,
    isTyped,
  ])
}

type Entries = ReadonlyMap<string, Entry>

function dashboardEntries(hits: readonly DashboardHit[]): Entries {
  return distinct(
    hits.map(({ uid, title, folderTitle }) => ({
      path: dashboardPath(uid, title),
      name: title,
      hint: folderTitle ?? '',
    })),
  )
}

function targetEntries(pools: readonly TargetColumns[]): Entries {
  return distinct(
    pools.flatMap(({ name, labelNames, labels }) =>
      (labels[labelNames.indexOf('instance')] ?? []).map((instance) => ({
        path: `/targets?search=${encodeURIComponent(instance)}`,
        name: instance,
        hint: name,
      })),
    ),
  )
}

function ruleEntries(groups: readonly RuleGroup[]): Entries {
  return distinct(
    groups.flatMap((group) =>
      group.rules.map(({ name }) => ({
        path: `/rules?search=${encodeURIComponent(name)}`,
        name,
        hint: group.name,
      })),
    ),
  )
}

/** One entry for each address, by the text in which it is found. */
function distinct(entries: readonly Entry[]): Entries {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return new Map([...byPath.values()].map((entry) => [`${entry.name}\u0000${entry.path}`, entry]))
}

/** Those that fit best first. */
function found(entries: Entries, text: string): Entry[] {
  return bestMatches([...entries.keys()], text, OTHERS_SHOWN).map((name) => entries.get(name)!)
}

function item(
  kind: string,
  target: string,
  name: string,
  icon: IconName,
  hint: ReactNode,
): PickItem {
  return {
    key: `${kind} ${target}`,
    content: (
      <>
        <Icon name={icon} />
        <span>{name}</span>
        <small>{hint}</small>
      </>
    ),
  }
}
