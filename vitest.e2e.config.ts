import { defineConfig, type ViteUserConfig } from 'vitest/config'

const NEWCOMER = 'tests/e2e/newcomer.test.ts'
const COMMON = { pool: 'forks', testTimeout: 180_000, hookTimeout: 120_000 } as const
// One more try on a machine that others use; the reporter says which test took it.
const retry = process.env['CI'] === undefined ? 0 : 1

/**
 * `npm run e2e`: real processes, real ports, a real browser. Most of these tests wait for a clock, so two files run at a
 * time; a browser and the newcomer, who takes the ports that everybody knows, have the machine to themselves.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: [NEWCOMER],
          retry,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...COMMON,
          name: 'alone',
          include: [NEWCOMER, 'tests/browser/**/*.test.ts'],
          retry,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})

export default config
