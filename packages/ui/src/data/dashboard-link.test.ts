import { expect, test } from 'vitest'
import { readDashboardLink, writeDashboardLink } from './dashboard-link.ts'

test("a link of Grafana's is read and written back the same", () => {
  const link =
    'from=now-6h&to=now&timezone=utc&var-job=node&var-node=a%3A9100&var-node=b%3A9100&refresh=30s&viewPanel=7&orgId=1&kiosk'
  const view = readDashboardLink(`?${link}`)
  expect(view).toMatchObject({
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    viewPanel: 7,
    kiosk: true,
    variables: [
      ['job', 'node'],
      ['node', 'a:9100'],
      ['node', 'b:9100'],
    ],
  })
  expect(writeDashboardLink(view)).toBe(link)
})

test('newer links name a panel by word', () => {
  expect(readDashboardLink('?viewPanel=panel-12').viewPanel).toBe(12)
  expect(readDashboardLink('?viewPanel=panel-12-clone-3').viewPanel).toBe(12)
  expect(readDashboardLink('?viewPanel=evil%22').viewPanel).toBeUndefined()
})

test('an empty address leaves everything to the dashboard', () => {
  const view = readDashboardLink('')
  expect(view).toMatchObject({ time: undefined, refresh: undefined, kiosk: false, variables: [] })
  expect(writeDashboardLink(view)).toBe('')
})

test('more values than a person chooses are cut', () => {
  expect(readDashboardLink('var-a=1&'.repeat(5000)).variables).toHaveLength(2000)
})
