import { expect, test } from 'vitest'
import { hashLinkPath } from './hash-link.ts'

test('links of Alertmanager lead to the same page, and nothing else does', () => {
  const check = (hash: string, path: string | undefined) =>
    expect(hashLinkPath(hash), hash).toBe(path)
  check(
    '#/alerts?filter=%7Ba%3D%22b%22%7D&silenced=true',
    '/alerts?view=groups&filter=%7Ba%3D%22b%22%7D&silenced=true',
  )
  check('#/alerts', '/alerts?view=groups')
  check('#/silences/new?filter=x', '/silences/new?filter=x')
  check('#/silences/1f-2a', '/silences/1f-2a')
  check('#/silences/1f-2a/edit', '/silences/1f-2a/edit')
  check('#/status', '/status')
  check('#/settings', '/status')
  check('#main', undefined)
  check('#//evil.example/alerts', undefined)
  check('#/alerts/../..', undefined)
})
