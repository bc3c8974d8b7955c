import { expect, test } from 'vitest'
import { loadWebConfig } from './web-config.ts'

const HASH = `$2b$10$${'a'.repeat(53)}`

const load = (text: string) => loadWebConfig(text, { file: 'web.yml', baseDirectory: '/etc' })

test('users have roles; who has none is not in the table', () => {
  const { users, roles } = load(`basic_auth_users: {ann: '${HASH}', vic: '${HASH}', eve: '${HASH}'}
user_roles: {vic: viewer, eve: editor}
`)
  expect([...users.keys()]).toEqual(['ann', 'vic', 'eve'])
  expect(Object.fromEntries(roles)).toEqual({ vic: 'viewer', eve: 'editor' })
})

test('every mistake in the roles is told at once, with its place', () => {
  const text = `basic_auth_users: {vic: '${HASH}'}
user_roles:
  vic: boss
  bob: viewer
`
  expect(() => load(text)).toThrow(/web\.yml:3:8: .*boss/)
  expect(() => load(text)).toThrow(/web\.yml:4:8: .*"bob" is not among basic_auth_users/)
})
