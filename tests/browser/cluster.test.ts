// The pages of a cluster of three over etcd, of one whose etcd is gone, and of an agent.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { memberOf, rulesText, watched } from '../e2e/cluster-members.ts'
import { freePort, pharos, ready, temporaryDirectory, until } from '../e2e/process.ts'
import { startEtcd } from '../e2e/registries.ts'
import {
  axe,
  FOUR_LOOKS,
  hasBrowser,
  launch,
  type Look,
  lookName,
  LOOKS,
  open,
  overflow,
  picture,
} from './browser.ts'
import { SLOW } from './site.ts'

const TARGETS = 12

interface Status {
  readonly members: readonly unknown[]
  readonly groups: readonly { readonly leader: string }[]
  readonly targets: readonly { readonly owners: readonly string[] }[]
  readonly notifier: string
}

async function statusOf(url: string): Promise<Status> {
  return ((await (await fetch(`${url}/api/v1/status/cluster`)).json()) as { data: Status }).data
}

/** What holds for every page, noted under a name; with a picture. */
async function faultsOf(page: Page, name: string, look: Look): Promise<string[]> {
  await picture(page, `${name}-${lookName(look)}`)
  const wrong = (await axe(page)).map((text) => `${name}: ${text}`)
  const px = await overflow(page)
  if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
  const text = await page.locator('main').innerText()
  if (/undefined|NaN|\[object/.test(text)) wrong.push(`${name}: shows no value`)
  if (/[\u4e00-\u9fff]/.test(text) !== (look.language === 'zh'))
    wrong.push(`${name}: is in the wrong language`)
  return wrong
}

test.skipIf(!hasBrowser)(
  'three members are shown, what each does, and who takes over',
  async () => {
    const directory = temporaryDirectory()
    const page = await watched()
    const etcd = await startEtcd(directory)
    onTestFinished(() => etcd.stop())
    writeFileSync(join(directory, 'rules.yml'), rulesText())
    const more = `remote_write: [{url: 'http://127.0.0.1:${await freePort()}/api/v1/write'}]\n`
    const members = await Promise.all(
      ['a', 'b', 'c'].map((id) => memberOf(id, directory, page, TARGETS, [etcd.url], more)),
    )
    await Promise.all(members.map(({ url, running }) => ready(url, running)))
    const first = members[0]!
    const settled = (count: number) =>
      until('all is shared out', async () => {
        const { members: seen, groups, targets, notifier } = await statusOf(first.url)
        const isDone =
          seen.length === count &&
          notifier !== '' &&
          groups.every(({ leader }) => leader !== '') &&
          targets.every(({ owners }) => owners.length > 0)
        return isDone ? true : undefined
      })
    await settled(3)
    const browser = await launch()
    onTestFinished(() => browser.close())
    const wrong: string[] = []
    for (const look of LOOKS) {
      const { context, page: tab, faults } = await open(browser, first.url, look)
      await tab.goto(`${first.url}/cluster`)
      await tab.locator('main tbody tr').first().waitFor(SLOW)
      await tab.waitForLoadState('networkidle')
      wrong.push(...(await faultsOf(tab, 'cluster', look)), ...faults)
      await context.close()
    }
    expect(wrong).toEqual([])

    const { context, page: tab, faults } = await open(browser, first.url, LOOKS[0]!)
    await tab.goto(`${first.url}/cluster`)
    const rows = tab.locator('main section').first().locator('tbody tr')
    await expect.poll(() => rows.count(), SLOW).toBe(3)
    const scraped = async (): Promise<number> => {
      const counts = await rows
        .locator('[data-scrapes]')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-scrapes'))))
      return counts.reduce((sum, count) => sum + count, 0)
    }
    expect(await scraped()).toBe(TARGETS)
    members[2]!.running.child.kill('SIGKILL')
    await expect.poll(() => rows.count(), SLOW).toBe(2)
    await settled(2)
    await expect.poll(scraped, SLOW).toBe(TARGETS)
    expect(faults).toEqual([])

    // Without etcd each goes on alone, and says so on every page.
    await etcd.stop()
    await tab
      .locator('.notice-bar')
      .getByText(/without the others/)
      .waitFor(SLOW)
    for (const look of LOOKS) {
      const alone = await open(browser, first.url, look)
      await alone.page.goto(`${first.url}/cluster`)
      await alone.page.locator('.notice-bar .note').waitFor(SLOW)
      wrong.push(...(await faultsOf(alone.page, 'cluster-alone', look)), ...alone.faults)
      await alone.context.close()
    }
    expect(wrong).toEqual([])
    await context.close()
  },
  240_000,
)

const AGENT_PAGES = [
  'targets',
  'services',
  'service-discovery',
  'cluster',
  'status',
  'flags',
  'config',
  'features',
]

test.skipIf(!hasBrowser)(
  'an agent shows what it has, and nothing that it lacks',
  async () => {
    const directory = temporaryDirectory()
    const [port, dead] = [await freePort(), await freePort()]
    const base = `http://127.0.0.1:${port}`
    writeFileSync(
      join(directory, 'agent.yml'),
      `global: {scrape_interval: 1s}
scrape_configs: [{job_name: self, static_configs: [{targets: ['127.0.0.1:${port}']}]}]
remote_write: [{url: 'http://127.0.0.1:${dead}/api/v1/write'}]
`,
    )
    const running = pharos([
      'agent',
      `--config.file=${join(directory, 'agent.yml')}`,
      `--storage.agent.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    await ready(base, running)
    const browser = await launch()
    onTestFinished(() => browser.close())
    const wrong: string[] = []
    for (const look of FOUR_LOOKS) {
      const { context, page, faults } = await open(browser, base, look)
      await page.goto(base)
      await page.waitForURL(/\/targets$/)
      if (look.width > 760) {
        await page.locator('nav.side a[href="/status"]').waitFor(SLOW)
        const names = await page
          .locator('nav.side a')
          .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
        expect(names).toContain('/status')
        expect(names).not.toContain('/query')
        expect(names).not.toContain('/alerts')
        expect(names).not.toContain('/push')
      }
      for (const name of AGENT_PAGES) {
        await page.goto(`${base}/${name}`)
        await page.locator('main h1').waitFor(SLOW)
        await page.waitForLoadState('networkidle')
        wrong.push(...(await faultsOf(page, `agent-${name}`, look)))
        if ((await page.locator('main .note.is-crit').count()) > 0)
          wrong.push(
            `agent-${name}: ${await page.locator('main .note.is-crit').first().innerText()}`,
          )
      }
      wrong.push(...faults)
      await context.close()
    }
    expect(wrong).toEqual([])
  },
  240_000,
)
