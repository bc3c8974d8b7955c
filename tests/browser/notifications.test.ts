// What the server tells its operator, live: a configuration that is not taken, targets that are down, rules that fail, a server
// that goes away and comes back.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { freePort } from '../e2e/process.ts'
import { axe, hasBrowser, lookName, LOOKS, open, overflow, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const SEATS = 3

const site = siteOf('server', {
  config: ({ own }) => `global: {scrape_interval: 500ms, evaluation_interval: 500ms}
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['${own}']}]
`,
  flags: ['--web.enable-lifecycle', `--web.max-notifications-subscribers=${SEATS}`],
  seen: ['up', 1],
})

async function reloaded(text: string): Promise<number> {
  writeFileSync(site.configFile, text)
  return (await fetch(`${site.base}/-/reload`, { method: 'POST' })).status
}

const banner = (page: Page) => page.locator('.notice-bar .note')
const bell = (page: Page, count: number) =>
  page.getByRole('button', { name: `Notifications: ${count}`, exact: true }).waitFor(SLOW)

test.skipIf(!hasBrowser)(
  'a page is told of each failure, of its end, and of what it missed',
  async () => {
    const good = readFileSync(site.configFile, 'utf8')
    // A server that is killed makes the browser complain.
    const { context, page } = await site.open(DESK)
    await page.goto(`${site.base}/status`)
    await bell(page, 0)
    expect(await banner(page).count()).toBe(0)

    expect(await reloaded(`${good}nonsense: true\n`)).toBe(500)
    await page.getByText(/could not be reloaded/).waitFor(SLOW)
    await page.getByText(/unknown key nonsense/).waitFor()
    await bell(page, 1)

    writeFileSync(
      join(site.directory, 'rules.yml'),
      `groups: [{name: g, rules: [{record: twice, expr: 'up + on() group_left() (up or vector(1))'}, {record: once, expr: '1'}]}]\n`,
    )
    const dead = `127.0.0.1:${await freePort()}`
    const sick = `${good}  - {job_name: dead, static_configs: [{targets: ['${dead}']}]}\nrule_files: [rules.yml]\n`
    expect(await reloaded(sick)).toBe(200)
    await expect.poll(() => banner(page).count(), SLOW).toBe(0)
    await bell(page, 2)
    await page.getByRole('button', { name: /^Notifications/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 target is down').waitFor()
    await dialog.getByText(`dead ${dead}`).waitFor()
    await dialog.getByText('1 rule fails').waitFor()
    await dialog.getByText(/^twice: /).waitFor()
    await dialog.getByRole('link', { name: 'Targets' }).click()
    await page.waitForURL(/\/targets\?state=down/)
    expect(await page.getByRole('dialog').count()).toBe(0)

    site.server.child.kill('SIGKILL')
    await site.server.exited
    await page.locator('.notice-bar').getByText('The server cannot be reached').waitFor(SLOW)
    writeFileSync(site.configFile, good)
    await site.start()
    await bell(page, 0)
    await expect.poll(() => banner(page).count(), SLOW).toBe(0)
    expect(await reloaded(sick)).toBe(200)
    await bell(page, 2)
    expect(await reloaded(good)).toBe(200)
    await bell(page, 0)
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'seats are few: who finds none asks for the list, who cannot be seen gives his back',
  async () => {
    const live = async (): Promise<number> => {
      const leaving = new AbortController()
      const { status } = await fetch(`${site.base}/api/v1/notifications/live`, {
        signal: leaving.signal,
      })
      leaving.abort()
      return status
    }
    const opened = []
    for (let i = 0; i < SEATS + 1; i++) {
      const one = await open(site.browser, site.base, DESK)
      await one.page.goto(`${site.base}/status`)
      await bell(one.page, 0)
      opened.push(one)
    }
    await expect.poll(live, SLOW).toBe(204)
    const good = readFileSync(site.configFile, 'utf8')
    expect(await reloaded(`${good}nonsense: true\n`)).toBe(500)
    for (const { page } of opened) await bell(page, 1)
    expect(await reloaded(good)).toBe(200)
    await opened[0]!.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await expect.poll(live, SLOW).toBe(200)
    for (const { context, faults } of opened) {
      expect(faults).toEqual([])
      await context.close()
    }
  },
)

test.skipIf(!hasBrowser)(
  'a store that takes nothing and messages that do not go out are told in both languages, with their causes as text',
  async () => {
    const date = new Date().toISOString()
    const cause = 'no space left on device <b>x</b>'
    const notice = (kind: string, detail: string, count?: number) => ({
      kind,
      detail,
      date,
      active: true,
      text: `English of ${kind}`,
      ...(count === undefined ? {} : { count }),
    })
    const data = [
      notice('read-only', cause),
      notice('messages-failing', 'mail: connection refused', 2),
    ]
    for (const [language, ...wanted] of [
      ['en', 'The store is read-only: no samples are taken', '2 messages about alerts could not'],
      ['zh', '存储为只读：不再接收样本', '最近几分钟有 2 条告警消息发送失败'],
    ] as const) {
      const { context, page, faults } = await site.open({ ...DESK, language })
      // No disk is full here and no mail server away: the page is told so.
      await page.route('**/api/v1/notifications/live', (route) => route.fulfill({ status: 204 }))
      await page.route('**/api/v1/notifications', (route) =>
        route.fulfill({ json: { status: 'success', data } }),
      )
      await page.goto(`${site.base}/status`)
      await page.getByRole('button', { name: /^(Notifications: 2|通知.*2)/ }).click(SLOW)
      const dialog = page.getByRole('dialog')
      for (const text of [...wanted, cause, 'mail: connection refused'])
        await dialog.getByText(text).first().waitFor(SLOW)
      expect(await dialog.locator('b b, p b').count()).toBe(0)
      await picture(page, `notice-read-only-${language}`)
      expect([...(await axe(page)), ...faults]).toEqual([])
      await context.close()
    }
  },
)

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`notifications are sound: ${lookName(look)}`, async () => {
    const good = readFileSync(site.configFile, 'utf8')
    expect(await reloaded(`${good}nonsense: true\n`)).toBe(500)
    const { context, page, faults } = await site.open(look)
    await page.goto(`${site.base}/status`)
    await banner(page).first().waitFor(SLOW)
    await picture(page, `notice-banner-${lookName(look)}`)
    const wrong = (await axe(page)).map((text) => `banner: ${text}`)
    if ((await overflow(page)) > 0) wrong.push('banner: wider than the window')
    await page.getByRole('button', { name: /^(Notifications|通知)/ }).click()
    await page.getByRole('dialog').waitFor()
    await picture(page, `notice-list-${lookName(look)}`)
    wrong.push(...(await axe(page)).map((text) => `list: ${text}`))
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^(Put away|收起)$/ }).click()
    expect(await banner(page).count()).toBe(0)
    await context.close()
    expect(await reloaded(good)).toBe(200)
    expect([...wrong, ...faults]).toEqual([])
  })
}
