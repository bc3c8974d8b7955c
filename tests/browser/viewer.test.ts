// What changes something is offered to those who may change it, and to nobody else.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory } from '../e2e/process.ts'
import { hasBrowser, launch } from './browser.ts'
import { SLOW } from './site.ts'

/** Pages, what stands on them for everybody, and what only editors find there. */
const PAGES: readonly (readonly [path: string, there: string, offered: readonly string[]])[] = [
  ['/', 'First steps', ['Make a rule']],
  ['/dashboards', 'Host', ['Import', 'New dashboard']],
  ['/d/pharos-host/host', 'Refresh', ['Edit']],
  ['/query?g0.expr=up&g0.tab=1', 'up', ['Create alert', 'Add to dashboard']],
  ['/rules', 'Alerting', ['New alert rule', 'Edit']],
  ['/silences', 'Silences', ['New silence']],
  ['/contact-points', 'Contact points', ['New contact point']],
  ['/notification-policies', 'Notification policies', ['Add below']],
  ['/tsdb-status', 'Status', ['Delete series']],
]

test.skipIf(!hasBrowser)('a viewer finds no way to change anything, an editor does', async () => {
  const directory = temporaryDirectory()
  const hash = hashSync('secret', 4)
  const web = join(directory, 'web.yml')
  writeFileSync(
    web,
    `basic_auth_users: {vic: '${hash}', eve: '${hash}'}
user_roles: {vic: viewer, eve: editor}
unauthenticated_paths: [/-/ready]
`,
  )
  const base = `http://127.0.0.1:${await freePort()}`
  const server = pharos(
    [
      'up',
      `--web.listen-address=${new URL(base).host}`,
      `--web.config.file=${web}`,
      `--node.web.listen-address=127.0.0.1:${await freePort()}`,
      '--pushgateway.web.listen-address=127.0.0.1:0',
    ],
    { cwd: directory },
  )
  await ready(base, server)
  const browser = await launch()
  const seen = async (name: string): Promise<string[]> => {
    const authorization = `Basic ${Buffer.from(`${name}:secret`).toString('base64')}`
    const context = await browser.newContext({
      extraHTTPHeaders: { authorization },
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
    })
    const page = await context.newPage()
    const found: string[] = []
    for (const [path, there, offered] of PAGES) {
      await page.goto(base + path)
      await page.locator('main').getByText(there).first().waitFor(SLOW)
      await page.waitForLoadState('networkidle')
      for (const text of offered)
        if (await isOffered(page, text)) found.push(`${path.split('?')[0]}: ${text}`)
    }
    await context.close()
    return found
  }
  expect(await seen('eve')).toEqual(
    PAGES.flatMap(([path, , offered]) => offered.map((text) => `${path.split('?')[0]}: ${text}`)),
  )
  expect(await seen('vic')).toEqual([])
  await browser.close()
})

async function isOffered(page: Page, text: string): Promise<boolean> {
  return (await page.locator('main').getByText(text, { exact: true }).count()) > 0
}
