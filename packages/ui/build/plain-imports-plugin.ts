import type { Plugin } from 'vite'

const HELPER = /vite\/preload-helper/

/** Has `import()` stand for itself: the bundler's helper around it looks for style sheets and lists that these pages have not. */
export function plainImports(): Plugin {
  return {
    name: 'pharos-plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: {
      filter: { id: HELPER },
      handler: () => 'export const __vitePreload = (load) => load()',
    },
  }
}
