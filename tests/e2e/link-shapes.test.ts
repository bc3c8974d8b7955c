// The ports that everybody knows of the reference's alert manager and push gateway: what old bookmarks, mails and probes ask
// there is answered, or leads to the page that shows the same.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory } from './process.ts'

/** What is asked, the status, and where a redirect leads or what type an answer has. */
type Shape = readonly [path: string, status: number, what: string]

const JSON_TYPE = 'application/json'

/** Behind a `#` stands what only the browser sees: `/#/alerts?filter=…` of a mail asks for `/`. */
const ALERTMANAGER: readonly Shape[] = [
  ['/-/healthy', 200, 'text/plain'],
  ['/-/ready', 200, 'text/plain'],
  ['/metrics', 200, 'text/plain'],
  ['/api/v2/status', 200, JSON_TYPE],
  ['/api/v2/alerts', 200, JSON_TYPE],
  ['/api/v2/alerts/groups', 200, JSON_TYPE],
  ['/api/v2/silences', 200, JSON_TYPE],
  ['/api/v2/receivers', 200, JSON_TYPE],
  ['/api/v1/alerts', 410, JSON_TYPE],
  ['/nothing', 404, ''],
]
const PUSHGATEWAY: readonly Shape[] = [
  ['/-/healthy', 200, 'text/plain'],
  ['/-/ready', 200, 'text/plain'],
  ['/metrics', 200, 'text/plain'],
  ['/api/v1/status', 200, JSON_TYPE],
  ['/api/v1/metrics', 200, JSON_TYPE],
  ['/nothing', 404, ''],
]

const running: Running[] = []
const ports = { main: 0, alerts: 0, pushes: 0, loneAlerts: 0, lonePushes: 0, node: 0 }
const at = (port: number): string => `http://127.0.0.1:${port}`

beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort()
  const directory = temporaryDirectory(true)
  const config = join(directory, 'alerts.yml')
  writeFileSync(config, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n')
  const started = (...args: string[]) => {
    const one = pharos(args, { lasting: true, cwd: directory })
    running.push(one)
    return one
  }
  const listen = (flag: string, port: number): string => `--${flag}=127.0.0.1:${port}`
  const up = started(
    'up',
    listen('web.listen-address', ports.main),
    listen('node.web.listen-address', ports.node),
    listen('alertmanager.listen-address', ports.alerts),
    listen('pushgateway.web.listen-address', ports.pushes),
    `--storage.tsdb.path=${join(directory, 'data')}`,
  )
  const alerts = started(
    'alertmanager',
    listen('web.listen-address', ports.loneAlerts),
    `--config.file=${config}`,
    `--storage.path=${join(directory, 'alerts')}`,
  )
  const pushes = started('pushgateway', listen('web.listen-address', ports.lonePushes))
  await ready(at(ports.main), up)
  await ready(at(ports.loneAlerts), alerts)
  await ready(at(ports.lonePushes), pushes)
})

afterAll(async () => {
  await Promise.all(running.map(async (one) => one.stop()))
})

/** Those that are answered in another way, as `path: what was answered`. */
async function wrong(base: string, shapes: readonly Shape[]): Promise<string[]> {
  const found = await Promise.all(
    shapes.map(async ([path, status, what]) => {
      const answer = await fetch(base + path, { redirect: 'manual' })
      const got = answer.headers.get(status === 302 ? 'location' : 'content-type') ?? ''
      const fits = status === 302 ? got === what : got.startsWith(what)
      return answer.status === status && fits ? [] : [`${path}: ${answer.status} ${got}`]
    }),
  )
  return found.flat()
}

test('beside a server the ports lead to its pages and answer what is no page', async () => {
  const alerts: Shape = ['/', 302, `${at(ports.main)}/alerts?view=groups`]
  const pushes: Shape = ['/', 302, `${at(ports.main)}/push`]
  expect(await wrong(at(ports.alerts), [alerts, ...ALERTMANAGER])).toEqual([])
  expect(await wrong(at(ports.pushes), [pushes, ...PUSHGATEWAY])).toEqual([])
})

test('a redirect keeps the name by which it was asked', async () => {
  const answer = await fetch(`http://localhost:${ports.alerts}/`, { redirect: 'manual' })
  expect(answer.headers.get('location')).toBe(`http://localhost:${ports.main}/alerts?view=groups`)
})

test('alone they have pages of their own', async () => {
  const page = (path: string): Shape => [path, 200, 'text/html']
  const silences: Shape[] = ['/silences', '/silences/new?filter=%7Ba%3D%22b%22%7D'].map(page)
  expect(
    await wrong(at(ports.loneAlerts), [page('/alerts?view=groups'), ...silences, ...ALERTMANAGER]),
  ).toEqual([])
  expect(await wrong(at(ports.lonePushes), [page('/push'), ...PUSHGATEWAY])).toEqual([])
  for (const [port, home] of [
    [ports.loneAlerts, '/'],
    [ports.lonePushes, '/push'],
  ] as const) {
    const answer = await fetch(`${at(port)}/`)
    expect([answer.status, new URL(answer.url).pathname]).toEqual([200, home])
  }
})
