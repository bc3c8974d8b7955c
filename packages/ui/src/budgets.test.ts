import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { budgetLine, budgetsOf } from '../build/budgets.ts'
import type { Manifest } from '../build/manifest.ts'

const DIST = join(import.meta.dirname, '../dist')
const MANIFEST = join(DIST, '.vite/manifest.json')

test.skipIf(!existsSync(MANIFEST))('every page of the build in dist keeps its budget', () => {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest
  const budgets = budgetsOf(manifest, (file) => readFileSync(join(DIST, file)))
  expect(budgets.length).toBeGreaterThan(5)
  expect(budgets.filter((b) => b.actualBytes > b.limitBytes).map(budgetLine)).toEqual([])
})

test('what a page imports counts once, what it loads later does not count', () => {
  const names = [
    'overview/overview',
    'query/query',
    'dashboards/dashboard',
    'dashboards/dashboards',
    'targets/targets',
    'status/status',
    'alerts/alerts',
    'rules/rules',
    'discovery/discovery',
    'rules/rule-editor',
    'silences/silences',
    'contact-points/contact-points',
    'policies/policies',
    'push/push',
  ]
  const manifest: Record<string, Manifest[string]> = {
    'index.html': { file: 'main.js', isEntry: true, imports: ['shared'], css: ['main.css'] },
    'src/start.tsx': { file: 'start.js', imports: ['shared'] },
    shared: { file: 'shared.js' },
    'src/pages/query/prom-editor.tsx': { file: 'editor.js', imports: ['shared', 'index.html'] },
    'src/pages/dashboards/editor/panel-editor.tsx': {
      file: 'panel-editor.js',
      imports: ['shared'],
    },
    'src/pages/dashboards/panels/time-series-panel.tsx': {
      file: 'time-series.js',
      imports: ['shared'],
    },
  }
  for (const name of names)
    manifest[`src/pages/${name}-page.tsx`] = {
      file: `${name}.js`,
      imports: ['shared'],
      dynamicImports: ['src/pages/query/prom-editor.tsx'],
    }
  const read: string[] = []
  const budgets = budgetsOf(manifest, (file) => {
    read.push(file)
    return new Uint8Array(0)
  })
  const empty = budgets.find(({ name }) => name === 'editor chunk, JS')!.actualBytes
  expect(budgets.find(({ name }) => name === 'query page before its editor, JS')?.actualBytes).toBe(
    4 * empty,
  )
  expect(new Set(read).size).toBe(read.length)
  expect(() => budgetsOf({}, () => new Uint8Array(0))).toThrow('index.html')
})
