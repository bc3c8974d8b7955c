import { expect, test } from 'vitest'
import { contactDraftOf, contactPointOf, NEW_CONTACT } from './contact-draft.ts'

const MAIL = {
  ...NEW_CONTACT,
  name: 'ops',
  to: 'a@b',
  from: 'c@d',
  smarthost: 'smtp.qq.com:465',
  user: 'u',
  password: 'p',
  tls: 'implicit' as const,
}

test('a mail draft becomes the keys of the file, and comes back', () => {
  const point = contactPointOf(MAIL, undefined)
  expect(point.integrations[0]!.settings).toEqual({
    to: 'a@b',
    from: 'c@d',
    smarthost: 'smtp.qq.com:465',
    auth_username: 'u',
    auth_password: 'p',
    require_tls: false,
    force_implicit_tls: true,
  })
  expect(contactDraftOf(point)).toEqual({ ...MAIL, json: expect.any(String) as string })
})

test('keys that the form does not know and further integrations stay', () => {
  const before = {
    name: 'ops',
    integrations: [
      {
        kind: 'email',
        settings: { to: 'x', headers: { Subject: 's' }, auth_password: '<secret>' },
      },
      { kind: 'webhook', settings: { url: 'http://w/' } },
    ],
  }
  const point = contactPointOf({ ...contactDraftOf(before), to: 'y' }, before)
  expect(point.integrations[0]!.settings).toMatchObject({
    to: 'y',
    headers: { Subject: 's' },
    auth_password: '<secret>',
  })
  expect(point.integrations[1]).toEqual(before.integrations[1])
  expect(() => contactPointOf({ ...NEW_CONTACT, kind: 'slack', json: '{' }, undefined)).toThrow(
    SyntaxError,
  )
})
