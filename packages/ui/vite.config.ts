import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'
import { budgets } from './build/budgets-plugin.ts'
import { frames } from './build/frames-plugin.ts'
import { licences } from './build/licences-plugin.ts'
import { plainImports } from './build/plain-imports-plugin.ts'
import { precompress } from './build/precompress-plugin.ts'

/** What runs first, and asks; the rest imports it. */
const FIRST =
  /ui\/src\/(data\/(ahead|api|browser|hash-link|time|query-link|query-questions|dashboard-paths)|pages\/shell\/first-questions)\./

const BASE = new RegExp(
  [
    'node_modules/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store)/',
    'node_modules/@tanstack/(react-query|query-core)/',
    'ui/src/(services|size-watcher)\\.',
    'ui/src/kit/(button|icon|copy-button|lazy-popover|states|crash-guard|native-dialog|scroll-region)\\.',
    'ui/src/pages/use-(api|firing-count|url-param)\\.',
    'ui/src/data/(firing-count|settings|dashboards-api|safe-address|starred)\\.',
    'ui/src/viz/(palette|use-(loaded|width|hidden))\\.',
  ].join('|'),
)

const DASHBOARD = new RegExp(
  [
    'ui/src/pages/dashboards/(dashboard-(view|grid|head|layers|context)|panel-(host|frame|body)|use-|time-control|shown-frames|quick-ranges)',
    'ui/src/data/(dashboard-edits|panel-run|tail-start|query-batch|variable-source)\\.',
    'packages/dashboards/src/(field-config/(apply|display|color|value-mapping|field-matcher|field-name)|variables|layout|reduce|units/(duration|value-format|unit-table|date-unit|fixed|scaled)|time/)',
    'packages/dashboards/src/(json|load-current|pattern|migrate/(data-source-ref|found-forms|inputs|current-dashboard|normalize))\\.',
  ].join('|'),
)

/** What the query page draws with as well. */
const FRAMES = new RegExp(
  [
    'packages/(base/src/errors|model/src/(quote|duration|special|value))\\.',
    'packages/dashboards/src/(frame|limits|sample-text|bucket-frame|native-histogram-frame|prometheus-frames|field-config/named-color)\\.',
    'ui/src/data/(plain-text|dashboard-link)\\.',
    'ui/src/viz/(panel-(props|theme)|field-look|no-data|link-context)\\.',
  ].join('|'),
)

/** What most pages but those of dashboards show their rows with. */
const ROWS = /ui\/src\/(data\/(frame|format)|kit\/(labels|segmented|search-input))\./

const PLOT =
  /node_modules\/uplot\/|ui\/src\/viz\/(plot(-(?!plan)\w+)?|chart-cursor|hidden-series)\./
const SERIES = /ui\/src\/(viz\/(legend-items|plot-plan|tick-texts)|kit\/plot-legend)\./

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // The server writes the base href; every address in the bundle is relative to it.
  base: './',
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    plainImports(),
    licences(),
    budgets(),
    frames(),
    precompress(),
  ],
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // What every page has in common is one file: apart, its small modules cost each page two to three KiB of gzip.
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'first', test: FIRST },
            { name: 'base', test: BASE },
            { name: 'dashboard', test: DASHBOARD },
            { name: 'frames', test: FRAMES },
            { name: 'rows', test: ROWS },
            { name: 'plot', test: PLOT },
            { name: 'series', test: SERIES },
          ],
        },
      },
    },
    // The server names what a page loads, and a link loads its page when it is pointed at: no list of it in the first script.
    modulePreload: false,
  },
})

export default config
