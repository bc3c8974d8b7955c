// How much JavaScript and CSS a page may cost before it can be used, in gzipped bytes, reckoned from the
// bundler's manifest.
import { gzipSync } from 'node:zlib'
import { ENTRY, filesOf, type Manifest, START } from './manifest.ts'

const KIB = 1024

interface Budget {
  readonly name: string
  readonly limitBytes: number
  readonly actualBytes: number
}

/** What each page loads before it is drawn: the entry, the page's module, and all that they import. */
const PAGES = [
  ['overview page', 'src/pages/overview/overview-page.tsx', 150],
  ['query page before its editor', 'src/pages/query/query-page.tsx', 150],
  ['dashboard page before its panels', 'src/pages/dashboards/dashboard-page.tsx', 150],
  ['list of dashboards', 'src/pages/dashboards/dashboards-page.tsx', 110],
  ['targets page', 'src/pages/targets/targets-page.tsx', 110],
  ['alerts page', 'src/pages/alerts/alerts-page.tsx', 110],
  ['rules page', 'src/pages/rules/rules-page.tsx', 110],
  ['rule editor', 'src/pages/rules/rule-editor-page.tsx', 150],
  ['silences page', 'src/pages/silences/silences-page.tsx', 110],
  ['contact points page', 'src/pages/contact-points/contact-points-page.tsx', 110],
  ['notification policies page', 'src/pages/policies/policies-page.tsx', 110],
  ['push groups page', 'src/pages/push/push-page.tsx', 110],
  ['service discovery page', 'src/pages/discovery/discovery-page.tsx', 110],
  ['status page', 'src/pages/status/status-page.tsx', 110],
] as const

const EDITOR = 'src/pages/query/prom-editor.tsx'
const DASHBOARD = 'src/pages/dashboards/dashboard-page.tsx'
const TIME_SERIES = 'src/pages/dashboards/panels/time-series-panel.tsx'
const PANEL_EDITOR = 'src/pages/dashboards/editor/panel-editor.tsx'

/**
 * @param read  the bytes of a file of `dist`, by its path in the manifest
 * @throws Error when the manifest lacks a page that has a budget
 */
export function budgetsOf(manifest: Manifest, read: (file: string) => Uint8Array): Budget[] {
  const sizes = new Map<string, number>()
  const gzipped = (file: string) => {
    let bytes = sizes.get(file)
    if (bytes === undefined) sizes.set(file, (bytes = gzipSync(read(file), { level: 9 }).length))
    return bytes
  }
  const total = (files: Iterable<string>) => {
    let bytes = 0
    for (const file of files) bytes += gzipped(file)
    return bytes
  }
  const entry = new Set([...filesOf(manifest, ENTRY), ...filesOf(manifest, START)])
  const budgets: Budget[] = PAGES.map(([name, key, limitKib]) => ({
    name: `${name}, JS`,
    limitBytes: limitKib * KIB,
    actualBytes: total(new Set([...entry, ...filesOf(manifest, key)])),
  }))
  const beforeEditor = new Set([...entry, ...filesOf(manifest, 'src/pages/query/query-page.tsx')])
  const editor = [...filesOf(manifest, EDITOR)].filter((file) => !beforeEditor.has(file))
  budgets.push({ name: 'editor chunk, JS', limitBytes: 150 * KIB, actualBytes: total(editor) })
  const dashboard = new Set([...entry, ...filesOf(manifest, DASHBOARD)])
  const beforePanelEditor = new Set([...dashboard, ...filesOf(manifest, TIME_SERIES)])
  budgets.push({
    name: 'dashboard page with series over time, JS',
    limitBytes: 170 * KIB,
    actualBytes: total(beforePanelEditor),
  })
  const panelEditor = [...filesOf(manifest, PANEL_EDITOR)].filter(
    (file) => !beforePanelEditor.has(file),
  )
  budgets.push({
    name: 'panel editor chunk, JS',
    limitBytes: 120 * KIB,
    actualBytes: total(panelEditor),
  })
  const chunks = Object.values(manifest)
  const css = new Set(chunks.flatMap((chunk) => chunk.css ?? []))
  const js = new Set(chunks.map(({ file }) => file).filter((file) => file.endsWith('.js')))
  budgets.push({ name: 'all CSS', limitBytes: 15 * KIB, actualBytes: total(css) })
  budgets.push({ name: 'whole app', limitBytes: 600 * KIB, actualBytes: total([...js, ...css]) })
  return budgets
}

export function budgetLine({ name, limitBytes, actualBytes }: Budget): string {
  const kib = (bytes: number) => (bytes / KIB).toFixed(1).padStart(6)
  const verdict = actualBytes <= limitBytes ? 'ok' : 'OVER'
  return `${verdict.padEnd(4)} ${kib(actualBytes)} of ${kib(limitBytes)} KiB gz  ${name}`
}
