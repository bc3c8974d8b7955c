import { expect, test } from 'vitest'
import { readDashboardProviders } from './dashboard-provisioning.ts'

test('providers of files are read with their folder and directory', () => {
  const text = `apiVersion: 1
providers:
  - name: shop
    orgId: 1
    folder: Team Shop
    type: file
    disableDeletion: false
    updateIntervalSeconds: 10
    options:
      path: /var/lib/dashboards/
      foldersFromFilesStructure: true
  - name: near
    options: {path: boards}
`
  expect(readDashboardProviders(text, 'p.yml', '/etc/pharos')).toEqual([
    { name: 'shop', folder: 'Team Shop', directory: '/var/lib/dashboards' },
    { name: 'near', folder: '', directory: '/etc/pharos/boards' },
  ])
  expect(readDashboardProviders('apiVersion: 1\n', 'p.yml', '/')).toEqual([])
})

test('a provider that cannot be read is refused with its place', () => {
  const check = (providers: string, message: string) =>
    expect(() => readDashboardProviders(`providers: ${providers}\n`, 'p.yml', '/')).toThrow(message)
  check('{}', 'p.yml:1:12: providers: wants a list')
  check('[{type: s3}]', 'wants file, has "s3"')
  check('[{name: x}]', 'wants a path')
})
