// What strangers write stays text on every page (RT-72): metric and label names, values, help, jobs, alerts, silences, pushes; and
// so does what a link carries (RT-73).
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasBrowser, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const EVIL = `"'><img src=x onerror=window.hacked=1><script>window.hacked=1</script><svg onload=window.hacked=1>`
const LINK = 'javascript:window.hacked=1'
const json = (text: string): string => JSON.stringify(text)

const page = createServer((_, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4; escaping=allow-utf-8')
  response.end(`# HELP hostile ${EVIL}
# TYPE hostile gauge
hostile{label=${json(EVIL)},url="${LINK}"} 1
# HELP hostile_seconds ${EVIL}
# TYPE hostile_seconds histogram
hostile_seconds_bucket{le="1",path=${json(EVIL)}} 1
hostile_seconds_bucket{le="+Inf",path=${json(EVIL)}} 2
hostile_seconds_sum{path=${json(EVIL)}} 1
hostile_seconds_count{path=${json(EVIL)}} 2
{"<img src=x onerror=window.hacked=1>"} 3
`)
})

// Before the server: its configuration names the port.
beforeAll(async () => {
  if (!hasBrowser) return
  await new Promise<void>((resolve) => void page.listen(0, '127.0.0.1', resolve))
})

const site = siteOf('up', {
  config: ({ own }) => {
    const { port } = page.address() as AddressInfo
    writeFileSync(
      join(site.directory, 'rules.yml'),
      `groups:
  - name: ${json(EVIL)}
    rules:
      - alert: ${json(`Evil ${EVIL}`)}
        expr: hostile
        labels: {severity: ${json(EVIL)}}
        annotations: {summary: ${json(EVIL)}, description: '{{ $labels.label }}', runbook_url: '${LINK}'}
`,
    )
    return `global: {scrape_interval: 500ms, evaluation_interval: 500ms}
rule_files: [rules.yml]
scrape_configs:
  - {job_name: self, static_configs: [{targets: ['${own}']}]}
  - job_name: ${json(EVIL)}
    static_configs: [{targets: ['127.0.0.1:${port}'], labels: {evil: ${json(EVIL)}}}]
`
  },
  flags: ['--alertmanager.listen-address=', '--web.enable-admin-api'],
  seen: ['ALERTS{alertstate="firing"}', 2],
})

afterAll(() => {
  page.close()
  page.closeAllConnections()
})

const q = encodeURIComponent

const query = (expr: string, rest = ''): string =>
  `/query?g0.expr=${q(expr)}&g0.range_input=5m${rest}`

/** Also when a scrape of half a second was late on a busy machine, and its series have ended for a moment. */
const HOSTILE = 'last_over_time(hostile[1m])'

/** Each with whether what was written must be seen on it: then it has come that far. */
const PAGES: readonly (readonly [string, boolean])[] = [
  [query(HOSTILE, '&g0.tab=table'), true],
  [query('hostile', '&g0.tab=graph'), true],
  [query(HOSTILE, '&g0.tab=explain'), false],
  [query('hostile_seconds_bucket', '&g0.tab=graph&g0.display_mode=heatmap'), false],
  [query('{"<img src=x onerror=window.hacked=1>"}', '&g0.tab=table'), true],
  ['/targets', true],
  ['/service-discovery', true],
  ['/alerts', true],
  ['/alerts?view=groups', true],
  ['/alerts/history', true],
  ['/rules', true],
  ['/silences', true],
  ['/push', true],
  ['/tsdb-status', false],
  ['/config', true],
  ['/', false],
  // What a link carries.
  [query(EVIL, '&g0.tab=table'), true],
  [`/targets?search=${q(EVIL)}&pool=${q(EVIL)}&state=${q(EVIL)}`, false],
  [`/alerts?search=${q(EVIL)}&view=groups&filter=${q(`a="${EVIL}"`)}`, false],
  [`/rules?search=${q(EVIL)}&show=${q(EVIL)}`, false],
  [`/dashboards?q=${q(EVIL)}&tag=${q(EVIL)}`, false],
  [`/d/${q(EVIL)}/${q(EVIL)}`, false],
  [
    `/d/pharos-itself/x?var-instance=${q(EVIL)}&from=${q(EVIL)}&to=${q(LINK)}&refresh=${q(EVIL)}&timezone=${q(EVIL)}`,
    false,
  ],
  [`/silences/new?filter=${q(`{a="${EVIL}"}`)}`, false],
  [`/silences/${q(EVIL)}`, false],
  [`/rules/new?expr=${q(EVIL)}`, false],
  [
    `/explore?left=${q(JSON.stringify({ queries: [{ expr: EVIL }], range: { from: LINK, to: EVIL } }))}`,
    false,
  ],
  [`/?lang=${q(EVIL)}&theme=${q(EVIL)}`, false],
  [`/#/alerts?filter=${q(`{a="${EVIL}"}`)}`, false],
  [`/#/silences/${q(EVIL)}`, false],
  ['/#//evil.example/alerts', false],
]

async function wrongOn(tab: Page): Promise<string[]> {
  return tab.evaluate(() => {
    const wrong: string[] = []
    if ('hacked' in window) wrong.push('script of a stranger ran')
    if (document.querySelector('img, main script, main svg[onload]') !== null)
      wrong.push('markup of a stranger is there')
    for (const link of document.querySelectorAll('a[href]'))
      if (!/^(https?|mailto):/.test((link as HTMLAnchorElement).href))
        wrong.push(`a link leads to ${(link as HTMLAnchorElement).href}`)
    return wrong
  })
}

test.skipIf(!hasBrowser)('what strangers and links say is text on every page', async () => {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(site.base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status, await answer.text()).toBe(200)
  }
  const [startsAt, endsAt] = [Date.now(), Date.now() + 3600_000].map((ms) =>
    new Date(ms).toISOString(),
  )
  await post('/api/v2/silences', {
    matchers: [{ name: 'never', value: EVIL, isRegex: false, isEqual: true }],
    startsAt,
    endsAt,
    createdBy: EVIL,
    comment: EVIL,
  })
  const inPath = (text: string): string => Buffer.from(text).toString('base64url')
  const pushed = await fetch(
    `${site.base}/api/push/metrics/job@base64/${inPath(EVIL)}/place@base64/${inPath(EVIL)}`,
    {
      method: 'PUT',
      body: `# HELP pushed_metric ${EVIL}\n# TYPE pushed_metric gauge\npushed_metric{label=${json(EVIL)}} 1\n`,
    },
  )
  expect(pushed.status, await pushed.text()).toBe(200)
  const { context, page: tab, faults } = await site.open(DESK)
  const wrong: string[] = []
  for (const [path, isSeen] of PAGES) {
    await tab.goto(site.base + path)
    await tab.locator('main h1, main section, main .empty, main .note').first().waitFor(SLOW)
    await tab.waitForLoadState('networkidle')
    if (isSeen)
      await expect
        .poll(
          async () => (await tab.locator('body').innerText()).includes('onerror=window.hacked=1'),
          SLOW,
        )
        .toBe(true)
        .catch(() => wrong.push(`${path}: what was written is not there to be seen`))
    wrong.push(...(await wrongOn(tab)).map((text) => `${path}: ${text}`))
    if (new URL(tab.url()).origin !== site.base) wrong.push(`${path}: led to ${tab.url()}`)
  }
  // So do the metrics of a pushed group, with their help.
  await tab.goto(`${site.base}/push`)
  await tab.locator('main section .fold').first().click(SLOW)
  await tab.getByText('pushed_metric').first().waitFor(SLOW)
  await picture(tab, 'hostile-push')
  wrong.push(...(await wrongOn(tab)).map((text) => `pushed group: ${text}`))
  // Tooltips, dialogs and the palette show names too.
  await tab.goto(site.base + query('hostile', '&g0.tab=graph'))
  await tab.locator('main .u-over').first().hover(SLOW)
  wrong.push(...(await wrongOn(tab)).map((text) => `tooltip: ${text}`))
  await tab.keyboard.press('Escape')
  await tab.keyboard.press('Control+k')
  await tab.keyboard.type('onerror')
  await tab.locator('.palette-item').first().waitFor(SLOW)
  await picture(tab, 'hostile-palette')
  wrong.push(...(await wrongOn(tab)).map((text) => `palette: ${text}`))
  expect(wrong).toEqual([])
  // A link may ask for what is not there or cannot be read.
  expect(faults.filter((one) => !/status of 4\d\d/.test(one))).toEqual([])
  await context.close()
})
