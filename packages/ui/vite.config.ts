import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'
import { budgets } from './build/budgets-plugin.ts'
import { licences } from './build/licences-plugin.ts'
import { precompress } from './build/precompress-plugin.ts'

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
    modulePreload: {
      polyfill: false,
      // The list of what to load early stands in the first script: only pages are worth a place in it.
      resolveDependencies: (file, dependencies) => (/-page-/.test(file) ? dependencies : []),
    },
  },
})

export default config
