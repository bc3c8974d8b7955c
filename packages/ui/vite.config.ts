import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'
import { budgets } from './build/budgets-plugin.ts'
import { licences } from './build/licences-plugin.ts'
import { precompress } from './build/precompress-plugin.ts'

const BASE = new RegExp(
  [
    'node_modules/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store)/',
    'node_modules/@tanstack/(react-query|query-core)/',
    'ui/src/(services|size-watcher)\\.',
    'ui/src/kit/(button|icon|copy-button|lazy-popover|states|crash-guard|native-dialog|scroll-region)\\.',
    'ui/src/data/(api|browser|time|settings)\\.',
    'ui/src/viz/use-(loaded|width|hidden)\\.',
  ].join('|'),
)

const DASHBOARD = new RegExp(
  [
    'ui/src/pages/dashboards/(dashboard-(view|grid|head|layers|context)|panel-(host|frame|body)|use-|time-control|shown-frames|quick-ranges)',
    'ui/src/data/(dashboard-edits|panel-run|matrix-tail|query-batch|turns|variable-source)\\.',
    'packages/dashboards/src/(field-config/(apply|display|color|value-mapping|field-matcher)|variables|layout|reduce|units/(duration|value-format|unit-table|date-unit|fixed|scaled))',
  ].join('|'),
)

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // The server writes the base href; every address in the bundle is relative to it.
  base: './',
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    licences(),
    budgets(),
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
            { name: 'base', test: BASE },
            { name: 'dashboard', test: DASHBOARD },
          ],
        },
      },
    },
    modulePreload: {
      polyfill: false,
      // The list of what to load early stands in the first script: only pages are worth a place in it.
      resolveDependencies: (file, dependencies) => (/-page-/.test(file) ? dependencies : []),
    },
  },
})

export default config
