import { silentLogger } from '@pharos/base'
import { SimClock, SimRandom } from '@pharos/base/sim'
import { createHttpServer } from '@pharos/http'
import type { Ui } from '@pharos/ui/serving'
import { expect, test } from 'vitest'
import { registerUi } from './ui-routes.ts'

const UI: Ui = {
  asset: () => undefined,
  page: ({ basePath }) => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: new TextEncoder().encode(basePath),
  }),
}

/** Addresses as the reference's pages, its alert manager's and Grafana's write them, and where they lead here. */
const LINKS: readonly (readonly [string, string])[] = [
  // Prometheus 3, 2 and 1: what stands unchanged is a page of its own.
  [
    '/graph?g0.expr=up&g0.tab=0&g0.stacked=1&g1.expr=x',
    '/query?g0.expr=up&g0.tab=0&g0.stacked=1&g1.expr=x',
  ],
  ['/query?g0.expr=up', ''],
  ['/alerts?search=x', ''],
  ['/rules', ''],
  ['/targets?search=a&pool=b', ''],
  ['/service-discovery', ''],
  ['/status', ''],
  ['/tsdb-status', ''],
  ['/flags', ''],
  ['/config', ''],
  ['/features', ''],
  ['/alertmanager-discovery', '/status'],
  ['/agent', '/status'],
  ['/starting', '/'],
  ['/classic/graph?g0.expr=up', '/query?g0.expr=up'],
  ['/classic/alerts', '/alerts'],
  ['/classic/tsdb-status', '/tsdb-status'],
  ['/new/graph?g0.expr=up', '/query?g0.expr=up'],
  ['/new/targets', '/targets'],
  ['/consoles', '/dashboards'],
  // Grafana.
  ['/d/abc?var-job=x&from=now-6h&to=now&refresh=5s', ''],
  ['/d/abc/name?viewPanel=panel-3&kiosk', ''],
  ['/d-solo/abc/name?panelId=3&from=1&to=2', '/d/abc/name?kiosk&panelId=3&from=1&to=2'],
  ['/d-solo/abc?panelId=3', '/d/abc?kiosk&panelId=3'],
  ['/dashboard/db/node-exporter-full?from=1', '/dashboards?q=node%20exporter%20full&from=1'],
  ['/dashboard/new', ''],
  ['/dashboard/import', ''],
  ['/dashboards', ''],
  ['/dashboards/f/uid/name', '/dashboards'],
  ['/dashboards/home', '/dashboards'],
  ['/dashboard/snapshots', '/dashboards'],
  ['/playlists', '/dashboards'],
  ['/explore?left={}', ''],
  ['/explore/metrics', '/query'],
  ['/alerting', '/alerts'],
  ['/alerting/list?search=x', '/alerts?search=x'],
  ['/alerting/groups', '/alerts?view=groups'],
  ['/alerting/new', '/rules/new'],
  ['/alerting/new/alerting', '/rules/new'],
  ['/alerting/uid/edit', '/rules'],
  ['/alerting/grafana/uid/view', '/rules'],
  ['/alerting/pharos/Name%20x/find', '/rules?search=Name%20x'],
  ['/alerting/silences', '/silences'],
  ['/alerting/silence/new?matcher=a', '/silences/new?matcher=a'],
  ['/alerting/silence/1f-2a/edit', '/silences/1f-2a/edit'],
  ['/alerting/routes', '/notification-policies'],
  ['/alerting/notifications', '/contact-points'],
  ['/alerting/notifications/receivers/new', '/contact-points'],
  ['/datasources', '/status'],
  ['/connections/datasources', '/status'],
]

test('links of other programs lead to the page that shows the same, with all that they say', async () => {
  for (const prefix of ['', '/pharos']) {
    const { app } = createHttpServer({
      log: silentLogger,
      clock: new SimClock(0),
      address: '127.0.0.1:0',
      allowedHosts: 'any',
    })
    registerUi(app, UI, { prefix, random: new SimRandom(1) })
    const wrong: string[] = []
    for (const [link, page] of LINKS) {
      const { statusCode, headers } = await app.inject({ url: prefix + link })
      const answer = statusCode === 302 ? headers.location : statusCode === 200 ? '' : statusCode
      const wanted = page === '' ? '' : prefix + page
      if (answer !== wanted) wrong.push(`${link}: ${answer}, wanted ${wanted}`)
    }
    expect(wrong).toEqual([])
  }
})

test('no link leads to another host, and what it carries stays what it is', async () => {
  const { app } = createHttpServer({
    log: silentLogger,
    clock: new SimClock(0),
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  registerUi(app, UI, { prefix: '', random: new SimRandom(1) })
  for (const link of [
    '/d-solo/..%2F..%2F%2Fevil.example/x',
    '/d-solo/%5Cevil.example',
    '/d-solo/a%0d%0aSet-Cookie:x=1/b',
    '/dashboard/db/%2F%2Fevil.example',
    '/alerting/silence/%2F%2Fevil.example/edit',
    '/graph?//evil.example',
    '/graph?g0.expr=%3Cscript%3E',
  ]) {
    const { statusCode, headers } = await app.inject({ url: link })
    expect(statusCode, link).toBe(302)
    const location = String(headers.location)
    expect(new URL(location, 'http://here.example').host, link).toBe('here.example')
    expect(location, link).toMatch(/^\/[a-z][^\r\n<>\\]*$/)
    expect(headers['set-cookie'], link).toBeUndefined()
  }
})
