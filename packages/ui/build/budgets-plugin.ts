import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { budgetLine, budgetsOf } from './budgets.ts'
import type { Manifest } from './manifest.ts'

/** Prints the budgets at the end of a build. Whether they are kept is the verdict of src/budgets.test.ts. */
export function budgets(): Plugin {
  let directory = ''
  return {
    name: 'pharos-budgets',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    closeBundle() {
      const read = (file: string) => readFileSync(join(directory, file))
      const manifest = JSON.parse(read('.vite/manifest.json').toString()) as Manifest
      const lines = budgetsOf(manifest, read).map(budgetLine)
      this.environment.logger.warn(`\n${lines.join('\n')}`)
    },
  }
}
