import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** `npm run e2e`: real processes, real ports, a real browser; one file at a time, because they measure time. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/{e2e,browser}/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})

export default config
