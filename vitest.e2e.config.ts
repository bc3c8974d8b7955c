import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** They install and build, take the ports that everybody knows, or measure. */
const ALONE = [
  ...['newcomer', 'published', 'cluster'].map((name) => `tests/e2e/${name}.test.ts`),
  ...['dashboard-speed', 'page-speed'].map((name) => `tests/browser/${name}.test.ts`),
]
const COMMON = { pool: 'forks', testTimeout: 180_000, hookTimeout: 120_000 } as const
// One more try on a machine that others use; the reporter says which test took it.
const retry = process.env['CI'] === undefined ? 0 : 1

/**
 * `npm run e2e`: real processes, real ports, a real browser. Most of these tests wait for a clock, so three files run at a
 * time, or two with a browser; a few have the machine to themselves.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: ALONE,
          retry,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...COMMON,
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude: ALONE,
          retry,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...COMMON,
          name: 'alone',
          include: ALONE,
          retry,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})

export default config
