import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** `npm test`: unit tests beside the code, conformance, tidy, the smoke size of every benchmark. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'packages/**/src/**/*.test.{ts,tsx}',
      'tests/{conformance,oracle,peers,tidy,sim}/**/*.test.ts',
      'bench/smoke.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'threads',
    isolate: false,
    // A machine that others use too is slow; a test that hangs is found all the same.
    testTimeout: 60_000,
  },
})

export default config
