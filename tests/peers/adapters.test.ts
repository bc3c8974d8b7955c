import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasPeers } from './peers.ts'

test.skipIf(!hasPeers)("the adapters fit the frameworks' own types", () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const told = ((): string => {
    try {
      return execFileSync('node_modules/.bin/tsc', ['-p', 'tests/peers/adapters.tsconfig.json'], {
        cwd: root,
        encoding: 'utf8',
      })
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  })()
  expect(told).toBe('')
})
