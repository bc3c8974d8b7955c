import { expect, test } from 'vitest'
import { serverUrls } from './server-urls.ts'

test('the prefix of routes is the path of the external URL unless it is given', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['', '', 'http://host:9090', ''],
    ['http://a.example/pharos/', '', 'http://a.example/pharos', '/pharos'],
    ['http://a.example/pharos', '/', 'http://a.example/pharos', ''],
    ['a.example', '', 'http://a.example', ''],
    ['', 'deep/path/', 'http://host:9090', '/deep/path'],
  ]
  for (const [external, prefix, url, routes] of cases) {
    expect(serverUrls(external, prefix, 'host', '0.0.0.0:9090'), `${external} ${prefix}`).toEqual({
      external: url,
      prefix: routes,
    })
  }
})

test('an external URL that is none is refused', () => {
  expect(() => serverUrls('http://', '', 'host', ':9090')).toThrow(
    '--web.external-url: wants a URL, has "http://"',
  )
})
