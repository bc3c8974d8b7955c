import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { targetsOf } from './target.ts'
import { jobSettings } from './testing/scrape-fixture.ts'

function targetAt(address: string): Record<string, unknown> {
  const targets = [Labels.from({ __address__: address })]
  return targetsOf({ source: '', targets, labels: Labels.EMPTY }, jobSettings())[0]! as never
}

test('an address may be a unix socket', () => {
  expect(targetAt('unix:/run/app.sock')).toMatchObject({
    socketPath: '/run/app.sock',
    url: 'http://localhost/metrics',
  })
  expect((targetAt('unix:/run/app.sock')['labels'] as Labels).get('instance')).toBe(
    'unix:/run/app.sock',
  )
  expect(targetAt('h:80')).toMatchObject({ socketPath: '', url: 'http://h:80/metrics' })
  expect(targetAt('unix:8080')).toMatchObject({ socketPath: '', url: 'http://unix:8080/metrics' })
  expect(targetAt('h/x')).toMatchObject({ reason: '"h/x" is not a valid hostname' })
})
