// The alert manager as a process: beside Debian's with the same file and the same alerts, under Debian's amtool, with
// real mail servers, and killed at bad moments.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { hasPeers, peer } from '../peers/peers.ts'
import {
  freePort,
  NODE,
  pause,
  PHAROS,
  pharos,
  type Running,
  run,
  start,
  temporaryDirectory,
  until,
} from './process.ts'

const REFERENCE = '/usr/bin/prometheus-alertmanager'
const hasReference = existsSync(REFERENCE) && existsSync('/usr/bin/amtool')

interface Got {
  readonly atMs: number
  readonly text: string
}

/** A webhook that keeps what it gets. */
async function hook(): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ atMs: performance.now(), text: Buffer.concat(chunks).toString('utf8') })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got }
}

interface Manager {
  readonly base: string
  readonly running: Running
}

async function ready(base: string): Promise<void> {
  await until('ready', async () => {
    const response = await fetch(`${base}/-/ready`).catch(() => undefined)
    return response?.ok === true || undefined
  })
}

async function ours(config: string, directory: string, port?: number): Promise<Manager> {
  const own = port ?? (await freePort())
  const file = join(directory, 'am.yml')
  writeFileSync(file, config)
  const running = pharos([
    'alertmanager',
    `--config.file=${file}`,
    `--storage.path=${join(directory, 'ours')}`,
    `--web.listen-address=127.0.0.1:${own}`,
    '--web.external-url=http://am.test/',
    '--web.route-prefix=/',
  ])
  const base = `http://127.0.0.1:${own}`
  await ready(base)
  return { base, running }
}

async function theirs(config: string, directory: string): Promise<Manager> {
  const port = await freePort()
  const file = join(directory, 'am-reference.yml')
  writeFileSync(file, config)
  const running = start(REFERENCE, [
    `--config.file=${file}`,
    `--storage.path=${join(directory, 'theirs')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--web.external-url=http://am.test/',
    '--web.route-prefix=/',
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base)
  return { base, running }
}

async function post(base: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${base}/api/v2/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status, await response.text()).toBe(200)
}

/** `group_interval` of the story. */
const TICK_MS = 2_000

const CONFIG = (url: string): string => `
route:
  receiver: web
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
  routes:
  - matchers: [team="night"]
    receiver: night
    group_by: [...]
    continue: true
  - matchers: ['severity=~"warning|info"']
    receiver: web
inhibit_rules:
- source_matchers: [severity="critical"]
  target_matchers: [severity="warning"]
  equal: [host]
receivers:
- name: web
  webhook_configs: [{url: '${url}'}]
- name: night
  webhook_configs: [{url: '${url}', send_resolved: false}]
`

/** The same alerts, silences and ends for both, step by step. */
async function story(bases: readonly string[]): Promise<void> {
  const all = async (path: string, body: unknown): Promise<void> => {
    await Promise.all(bases.map((base) => post(base, path, body)))
  }
  const startsAt = new Date().toISOString()
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const alert = (labels: Record<string, string>, end = endsAt): unknown => ({
    labels,
    annotations: { summary: `<${labels['alertname']}> & more` },
    startsAt,
    endsAt: end,
    generatorURL: 'http://prom/graph?g0.expr=up&g0.tab=1',
  })
  await all('silences', {
    matchers: [{ name: 'alertname', value: 'Quiet.*', isRegex: true, isEqual: true }],
    startsAt,
    endsAt,
    createdBy: 'me',
    comment: 'planned',
  })
  await all('alerts', [
    alert({ alertname: 'Down', severity: 'critical', host: 'a', job: 'x' }),
    alert({ alertname: 'Slow', severity: 'warning', host: 'a', job: 'x' }),
    alert({ alertname: 'Slow', severity: 'warning', host: 'b', job: 'y' }),
    alert({ alertname: 'Late', team: 'night', place: 'Zürich' }),
    alert({ alertname: 'QuietOne' }),
  ])
  await pause(1_800)
  await all('alerts', [alert({ alertname: 'Down', severity: 'critical', host: 'c', job: 'x' })])
  await pause(2_400)
  const ended = new Date().toISOString()
  await all('alerts', [
    alert({ alertname: 'Down', severity: 'critical', host: 'a', job: 'x' }, ended),
  ])
  await pause(2_600)
}

/** Messages in the order of their groups and contents, without what differs by version. */
function comparable(got: readonly Got[]): Got[] {
  return got
    .map(({ text, atMs }) => {
      const common = text
        .replace(/"notification_reason":"[^"]*",/, '')
        .replace(/"routeLabels":\{\},/, '')
        .replace(/"endsAt":"20[^"]*"/g, '"endsAt":"an end"')
      return { text: common.trim(), atMs }
    })
    .sort((a, b) => (a.text === b.text ? a.atMs - b.atMs : a.text < b.text ? -1 : 1))
}

test.skipIf(!hasReference)(
  'the same file and the same alerts give the messages of Debian’s alertmanager, byte by byte',
  async () => {
    const directory = temporaryDirectory()
    const [toUs, toThem] = [await hook(), await hook()]
    const us = await ours(CONFIG(toUs.url), directory)
    const them = await theirs(
      CONFIG(toThem.url).replace(/, send_resolved: false/, ', send_resolved: false'),
      directory,
    )
    await story([us.base, them.base])
    const [oursGot, theirsGot] = [comparable(toUs.got), comparable(toThem.got)]
    expect(oursGot.length).toBeGreaterThanOrEqual(6)
    expect(oursGot.map((one) => one.text)).toEqual(theirsGot.map((one) => one.text))
    // Within a tick of the group: nothing came at another turn than over there.
    const apart = oursGot.map((one, i) => Math.abs(one.atMs - theirsGot[i]!.atMs))
    expect(Math.max(...apart)).toBeLessThan(TICK_MS)
    const answers = await Promise.all(
      [us, them].map(async ({ base }) => {
        const groups = (await (await fetch(`${base}/api/v2/alerts/groups`)).json()) as object[]
        return JSON.parse(
          JSON.stringify(groups, (key, value: unknown) =>
            ['updatedAt', 'mutedBy', 'routeLabels', 'silencedBy'].includes(key) ? undefined : value,
          ),
        ) as unknown
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  },
  60_000,
)

test.skipIf(!hasReference)(
  'Debian’s amtool adds and finds alerts and silences here',
  async () => {
    const { url } = await hook()
    const { base } = await ours(CONFIG(url), temporaryDirectory())
    const amtool = (...args: string[]) => run('amtool', [`--alertmanager.url=${base}`, ...args])
    expect((await amtool('alert', 'add', 'Down', 'job=x', '--annotation=summary=why')).code).toBe(0)
    expect((await amtool('alert', 'query', 'job=x')).output).toMatch(/Down .* why +active/)
    const added = await amtool('silence', 'add', 'job=x', '--comment=c', '--author=me')
    const id = /[0-9a-f-]{36}/.exec(added.output)?.[0] ?? ''
    expect(id).not.toBe('')
    expect((await amtool('silence', 'query')).output).toContain(id)
    expect((await amtool('alert', 'query', '--silenced')).output).toMatch(/Down .*suppressed/)
    expect((await amtool('silence', 'update', '--comment=new', id)).output).toContain('new')
    expect((await amtool('silence', 'expire', id)).code).toBe(0)
    expect((await amtool('silence', 'query', '--expired')).output).toContain('me')
    expect((await amtool('cluster', 'show')).output).toContain('disabled')
  },
  60_000,
)

test.skipIf(!hasReference)(
  '`pharos amtool` renders templates as Debian’s, and imports the silences that Debian’s exports',
  async () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'mine.tmpl')
    writeFileSync(
      file,
      '{{ define "mine" }}{{ range .Alerts }}{{ .Labels.baz | toUpper }} {{ .StartsAt.Year }} {{ .Fingerprint }}; {{ end }}{{ .ExternalURL }} <b>{{ .Receiver }}{{ end }}',
    )
    const data = join(directory, 'data.json')
    writeFileSync(
      data,
      '{"receiver":"<r>","alerts":[{"status":"firing","labels":{"baz":"ü<"},"startsAt":"2024-01-31T15:04:05Z"}]}',
    )
    const ownTool = (args: readonly string[], input = '') =>
      run(NODE, [PHAROS, 'amtool', ...args], input)
    for (const type of ['text', 'html'])
      for (const more of [[], [`--template.data=${data}`]]) {
        const text = '--template.text={{ template "mine" . }}'
        const args = [
          'template',
          'render',
          `--template.glob=${file}`,
          text,
          `--template.type=${type}`,
        ]
        const theirs = await run('amtool', [...args, ...more])
        expect(theirs.code).toBe(0)
        expect(await ownTool([...args, ...more])).toEqual(theirs)
      }
    const { url } = await hook()
    const { base } = await ours(CONFIG(url), directory)
    const at = `--alertmanager.url=${base}`
    await run('amtool', [at, 'silence', 'add', 'job=~"x|y"', '--comment=c', '--author=me'])
    const exported = await run('amtool', [
      at,
      '--no-version-check',
      'silence',
      'query',
      '-o',
      'json',
    ])
    const count = async (): Promise<number> =>
      ((await (await fetch(`${base}/api/v2/silences`)).json()) as unknown[]).length
    // What is there is changed, unless all are to be new.
    expect((await ownTool([at, 'silence', 'import'], exported.output)).code).toBe(0)
    expect(await count()).toBe(1)
    expect((await ownTool([at, 'silence', 'import', '--force'], exported.output)).code).toBe(0)
    const silences = (await (await fetch(`${base}/api/v2/silences`)).json()) as {
      matchers: unknown[]
    }[]
    expect(silences.length).toBe(2)
    expect(silences[0]?.matchers).toEqual(silences[1]?.matchers)
  },
  60_000,
)

/** What of smtp-server these tests use. */
interface SmtpServer {
  readonly server: Server
  on(event: 'error', listener: () => void): void
  listen(port: number, host: string, listening: () => void): void
  close(closed: () => void): void
}

interface SmtpLogin {
  readonly username: string
  readonly method: string
  readonly password: string
  validatePassword(password: string): boolean
}

type SmtpServerClass = new (options: {
  readonly secure: boolean
  readonly authMethods: readonly string[]
  onAuth(
    login: SmtpLogin,
    session: unknown,
    callback: (error: Error | null, answer?: { user: string }) => void,
  ): void
  onData(
    stream: Readable,
    session: { readonly secure: boolean },
    callback: (error?: Error | null) => void,
  ): void
}) => SmtpServer

interface Mail {
  readonly text: string
  readonly isSecure: boolean
}

/** A mail server that wants a login, with TLS at once or by STARTTLS. */
async function mailServer(
  secure: boolean,
  onMail: (mail: Mail) => void | Promise<void>,
  authMethods: readonly string[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'],
): Promise<number> {
  const answer = async (mail: Mail, callback: (error?: Error | null) => void): Promise<void> => {
    try {
      await onMail(mail)
    } catch (error) {
      callback(error as Error)
      return
    }
    callback(null)
  }
  const { SMTPServer } = await peer<{ SMTPServer: SmtpServerClass }>('smtp-server')
  const server = new SMTPServer({
    secure,
    authMethods,
    onAuth(auth, _session, callback) {
      if (
        auth.username === 'me' &&
        (auth.method === 'CRAM-MD5' ? auth.validatePassword('pw') : auth.password === 'pw')
      )
        callback(null, { user: 'me' })
      else callback(new Error('535 bad password'))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const mail = { text: Buffer.concat(chunks).toString('utf8'), isSecure: session.secure }
        void answer(mail, callback)
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close(() => {})
  })
  return (server.server.address() as AddressInfo).port
}

const MAIL = (port: number, more: string): string => `
global:
  smtp_smarthost: 127.0.0.1:${port}
  smtp_from: pharos@example.org
  smtp_auth_username: me
  smtp_auth_password: pw
  smtp_tls_config: {insecure_skip_verify: true}
${more}
route: {receiver: mail, group_wait: 1s, group_interval: 3s, group_by: [alertname]}
receivers:
- name: mail
  email_configs: [{to: ops@example.org, send_resolved: true, text: 'plain {{ .CommonLabels.alertname }}'}]
`

const FIRING = [{ labels: { alertname: 'Düwn <b>', injected: 'x\r\nBcc: evil@example.org' } }]

test.skipIf(!hasPeers).each([
  ['TLS at once', true, '  smtp_force_implicit_tls: true', ['PLAIN']],
  ['STARTTLS', false, '', ['LOGIN']],
  ['STARTTLS with CRAM-MD5', false, '', ['CRAM-MD5']],
])(
  'mail goes out over %s, as text and page, to one recipient',
  async (_name, secure, more, methods) => {
    const mails: Mail[] = []
    const port = await mailServer(secure, (mail) => void mails.push(mail), methods)
    const { base } = await ours(MAIL(port, more), temporaryDirectory())
    await post(base, 'alerts', FIRING)
    await until('mail', async () => mails.length === 1 || undefined)
    const [mail] = mails
    expect(mail?.isSecure).toBe(true)
    expect(mail?.text).toMatch(/^Subject: =\?UTF-8\?Q\?/im)
    expect(mail?.text).toContain('multipart/alternative')
    const headers = mail?.text.split('\r\n\r\n', 1)[0]
    expect(headers).not.toMatch(/^Bcc:/im)
    expect(headers).toMatch(/^To: ops@example.org$/im)
    expect(mail?.text).toContain('&lt;b&gt;')
  },
  60_000,
)

test.skipIf(!hasPeers)(
  'a killed process tells what it had not told, and nothing twice that was confirmed',
  async () => {
    const directory = temporaryDirectory()
    const ids: string[] = []
    let killOnMail: Running | undefined
    const port = await mailServer(false, async ({ text }) => {
      ids.push(/^Message-ID: (.*)$/im.exec(text)?.[1] ?? '')
      if (killOnMail === undefined) return
      killOnMail.child.kill('SIGKILL')
      await killOnMail.exited
      killOnMail = undefined
      throw new Error('the other side is gone')
    })
    const first = await ours(MAIL(port, ''), directory)
    killOnMail = first.running
    await post(first.base, 'alerts', FIRING)
    // Killed while the mail was on its way: it was not confirmed, so it has to come again, as the same message.
    await until('mail', async () => killOnMail === undefined || undefined)
    const second = await ours(MAIL(port, ''), directory)
    await until('mail', async () => ids.length === 2 || undefined)
    expect(ids[1]).toBe(ids[0])
    await pause(300)
    second.running.child.kill('SIGKILL')
    await second.running.exited
    // Killed after the confirmation: it must not come again.
    const third = await ours(MAIL(port, ''), directory)
    await pause(6_000)
    expect(ids.length).toBe(2)
    // Killed before group_wait is over: it must come.
    await post(third.base, 'alerts', [{ labels: { alertname: 'Second' } }])
    third.running.child.kill('SIGKILL')
    await third.running.exited
    await ours(MAIL(port, ''), directory)
    await until('mail', async () => ids.length === 3 || undefined)
  },
  120_000,
)
