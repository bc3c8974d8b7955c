import { expect, test } from 'vitest'
import { siblingUrl } from './sibling-url.ts'

test('the sibling has the extension of its caller', () => {
  expect(siblingUrl('file:///a/src/pool.ts', 'worker').href).toBe('file:///a/src/worker.ts')
  expect(siblingUrl('file:///a/dist/pool.js', 'worker').href).toBe('file:///a/dist/worker.js')
  expect(siblingUrl('file:///a/dist/main.cjs', 'seal.worker').href).toBe(
    'file:///a/dist/seal.worker.cjs',
  )
  expect(siblingUrl(import.meta.url, 'sibling-url').pathname).toMatch(/sibling-url\.ts$/)
})
