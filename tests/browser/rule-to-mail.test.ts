// From a query to an alert rule to a mail in the box, and the other pages of alerting against the real server.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '@pharos/http/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory, until } from '../e2e/process.ts'
import {
  axe,
  hasBrowser,
  launch,
  type Look,
  LOOKS,
  lookName,
  open,
  overflow,
  picture,
} from './browser.ts'
import { type MailSink, mailSink } from './mail-sink.ts'

const DESKTOP: Look = { theme: 'light', language: 'en', width: 1280 }
/** From the query to the mail; the course's reader waits no longer. */
const STORY_MS_MAX = 60_000

let server: Running
let browser: Browser
/** On 465, TLS at once. */
let sink: MailSink
/** On 587, STARTTLS. */
let submission: MailSink
let base = ''
let pushes = ''

beforeAll(async () => {
  if (!hasBrowser) return
  const [port, pushPort] = [await freePort(), await freePort()]
  base = `http://127.0.0.1:${port}`
  pushes = `http://127.0.0.1:${pushPort}`
  const authority = createAuthority()
  const directory = temporaryDirectory(true)
  writeFileSync(join(directory, 'ca.pem'), authority.cert)
  const mail = {
    certificate: authority.issue({ name: 'mail', hosts: ['127.0.0.1'] }),
    user: 'pharos@example.com',
    password: 'code',
  }
  sink = await mailSink({ ...mail, isSecure: true, port: 465 })
  submission = await mailSink({ ...mail, isSecure: false, port: 587 })
  server = pharos(
    [
      'up',
      `--web.listen-address=127.0.0.1:${port}`,
      '--node.web.listen-address=127.0.0.1:0',
      `--pushgateway.web.listen-address=127.0.0.1:${pushPort}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
    ],
    { lasting: true, env: { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') } },
  )
  browser = await launch()
  await ready(base, server)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await sink?.close()
  await submission?.close()
})

test.skipIf(!hasBrowser)(
  'from a query to a rule to a mail in the box',
  async () => {
    const { context, page, faults } = await open(browser, base, DESKTOP)
    await page.goto(`${base}/contact-points`)
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('button', { name: 'QQ' }).click()
    expect(await page.getByLabel('Server and port').inputValue()).toBe('smtp.qq.com:465')
    await page.getByLabel('To', { exact: true }).fill('ops@example.com')
    await page.getByLabel('From', { exact: true }).fill('pharos@example.com')
    await page.getByLabel('Server and port').fill(`127.0.0.1:${sink.port}`)
    await page.getByLabel('Encryption').selectOption('implicit')
    await page.getByLabel('User').fill('pharos@example.com')
    await page.getByLabel('Password').fill('wrong')
    const form = page.getByRole('form', { name: 'Contact point' })
    await form.getByRole('button', { name: 'Send test' }).click()
    await page.getByText('535 5.7.8 bad login').first().waitFor()
    await page.getByLabel('Password').fill('code')
    sink.refusal = '550 5.1.1 nobody here'
    await form.getByRole('button', { name: 'Send test' }).click()
    await page.getByText('550 5.1.1 nobody here').first().waitFor()
    expect(await page.locator('.dialogue').textContent()).toContain('RCPT TO:<ops@example.com>')
    await picture(page, 'contact-point-refused')
    expect(await axe(page)).toEqual([])
    sink.refusal = undefined
    await form.getByRole('button', { name: 'Send test' }).click()
    await until('the test mail', async () => (sink.mails.length === 1 ? true : undefined))
    // The other way in: a port where TLS is asked for.
    await page.getByLabel('Server and port').fill(`127.0.0.1:${submission.port}`)
    await page.getByLabel('Encryption').selectOption('starttls')
    await form.getByRole('button', { name: 'Send test' }).click()
    await until('mail by STARTTLS', async () => (submission.mails.length === 1 ? true : undefined))
    await page.getByLabel('Server and port').fill(`127.0.0.1:${sink.port}`)
    await page.getByLabel('Encryption').selectOption('implicit')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('ops@example.com').waitFor()

    const startMs = Date.now()
    await page.goto(`${base}/query?g0.expr=${encodeURIComponent('up{job="pharos"} == 1')}&g0.tab=1`)
    await page.getByRole('link', { name: 'Create alert' }).click()
    await page.getByLabel('Name', { exact: true }).fill('SeenByTest')
    await page.getByLabel('Fires after').fill('0s')
    await page.getByLabel('Summary').fill('{{ $labels.job }} is seen')
    await page.getByRole('button', { name: 'Test rule' }).click()
    const result = page.getByRole('region', { name: 'Result of the test' })
    await result.getByText('1 alert').waitFor()
    await result.getByText('pharos is seen').waitFor()
    await result.getByText(/fired \d+ times?/).waitFor()
    await picture(page, 'rule-tested')
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(/\/rules\?search=SeenByTest/)
    await page.getByRole('link', { name: 'SeenByTest' }).waitFor()
    const mail = await until(
      'the mail of the rule',
      async () => sink.mails.find((one) => one.includes('SeenByTest')),
      STORY_MS_MAX,
    )
    expect(Date.now() - startMs).toBeLessThan(STORY_MS_MAX)
    expect(mail).toMatch(/^To: ops@example\.com/m)
    const letter = pageOf(mail)
    expect(letter).toContain('pharos is seen')
    await look(browser, letter)

    await page.goto(`${base}/#/alerts?filter=${encodeURIComponent('{alertname="SeenByTest"}')}`)
    await page.waitForURL(/view=groups/)
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByLabel('Your name').fill('me')
    await page.getByLabel('Comment').fill('on it')
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('seen by me').waitFor()
    await page.getByRole('listitem').getByRole('link', { name: 'Silence' }).click()
    await page.getByText('1 alert').waitFor()
    await page.getByLabel('Comment').fill('known')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/silences$/)
    await page.getByText('Active').last().waitFor()
    await picture(page, 'silences')
    await page.getByRole('button', { name: 'Expire' }).click()
    await page.getByRole('link', { name: 'Recreate' }).waitFor()
    await page.goto(`${base}/alerts/history`)
    for (const word of ['fired', 'acknowledged', 'told'])
      await page.locator('.timeline').getByText(word, { exact: true }).first().waitFor()
    expect(faults).toEqual([])
    await context.close()
  },
  150_000,
)

/** The page in a mail, decoded from quoted-printable. */
function pageOf(mail: string): string {
  const part = mail.slice(mail.indexOf('text/html'))
  const coded = part.slice(part.indexOf('\r\n\r\n') + 4).split('\r\n--', 1)[0]!
  const bytes = coded
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** As a mail reader shows it: nothing runs over at the width of a telephone. */
async function look(reader: Browser, html: string): Promise<void> {
  for (const width of [800, 390]) {
    const page = await reader.newPage({ viewport: { width, height: 900 } })
    await page.setContent(html)
    expect(await overflow(page)).toBe(0)
    await page.getByRole('link', { name: 'Acknowledge or comment' }).waitFor()
    await picture(page, `mail-${width}`)
    await page.close()
  }
}

test.skipIf(!hasBrowser)(
  'a route is added, changed and taken away, and labels find it',
  async () => {
    const { context, page, faults } = await open(browser, base, DESKTOP)
    await page.goto(`${base}/notification-policies`)
    const routes = page.getByRole('region', { name: 'Routes' })
    await routes.getByRole('button', { name: 'Add below' }).click()
    const form = page.getByRole('form', { name: 'Route' })
    await form.getByLabel('For alerts with').fill('team="db"')
    await form.getByLabel('News after').fill('7m')
    expect(await axe(page)).toEqual([])
    await picture(page, 'route-form')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await routes.getByText('team="db"').waitFor()
    const trial = page.getByRole('region', { name: 'Try labels' })
    await trial.getByLabel('Labels of an alert').fill('alertname=X\nteam=db')
    await trial.getByRole('button', { name: 'Try labels' }).click()
    await trial.getByText('news after 7m').waitFor()
    await routes.getByRole('button', { name: 'Edit' }).last().click()
    await form.getByLabel('News after').fill('never')
    await form.getByRole('button', { name: 'Save' }).click()
    await routes.getByRole('alert').waitFor()
    await form.getByLabel('News after').fill('9m')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await routes.getByText('news after 9m').waitFor()
    await routes.getByRole('button', { name: 'Edit' }).last().click()
    await form.getByRole('button', { name: 'Delete' }).click()
    await form.waitFor({ state: 'detached' })
    await routes.getByText('team="db"').waitFor({ state: 'detached' })
    expect(faults.filter((one) => !one.includes('400'))).toEqual([])
    await context.close()
  },
  90_000,
)

test.skipIf(!hasBrowser)(
  'a pushed group is shown, and its deletion can be taken back',
  async () => {
    await fetch(`${pushes}/metrics/job/backup/instance/db-1`, { method: 'PUT', body: 'done 3\n' })
    const { context, page, faults } = await open(browser, base, DESKTOP)
    await page.goto(`${base}/push`)
    await page.getByRole('button', { name: 'backup' }).click()
    await page.getByText('done').first().waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'backup' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Nothing has been pushed yet').waitFor()
    expect(await (await fetch(`${pushes}/metrics`)).text()).not.toContain('job="backup"')
    expect(faults).toEqual([])
    await context.close()
  },
  60_000,
)

const PAGES = [
  '/alerts?view=groups',
  '/alerts/history',
  '/silences',
  '/silences/new',
  '/rules/new?expr=up',
  '/contact-points',
  '/notification-policies',
  '/push',
]

test.skipIf(!hasBrowser).each(LOOKS.map((look) => [lookName(look), look] as const))(
  'the pages of alerting are whole in %s',
  async (name, look) => {
    const { context, page, faults } = await open(browser, base, look)
    for (const path of PAGES) {
      await page.goto(base + path)
      await page.locator('h1').waitFor()
      await page.locator('.skeleton').waitFor({ state: 'detached' })
      expect(await axe(page), path).toEqual([])
      expect(await overflow(page), path).toBe(0)
      await picture(page, `${path.split('?')[0]!.slice(1).replaceAll('/', '-')}-${name}`)
    }
    expect(faults).toEqual([])
    await context.close()
  },
  120_000,
)
