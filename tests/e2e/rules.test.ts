// Rules in a real server: from the file to the API, over a kill -9, and through a reload.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, pharos, type Running, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

interface Alerts {
  readonly data: {
    readonly alerts: readonly {
      readonly state: string
      readonly activeAt: string
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }
}

test('a rule file is evaluated, fires, survives kill -9 and is reloaded', async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
  write(
    'prometheus.yml',
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules*.yml]
scrape_configs: [{job_name: self, static_configs: [{targets: ['127.0.0.1:${port}']}]}]
`,
  )
  write('rules.yml', RULES)
  const run = (): Running =>
    pharos([
      'server',
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
    ])
  const alerts = async (): Promise<Alerts['data']['alerts']> =>
    ((await (await fetch(`${url}/api/v1/alerts`)).json()) as Alerts).data.alerts

  const first = run()
  const pending = await until('a pending alert', async () =>
    (await alerts()).find((one) => one.state === 'pending'),
  )
  const firing = await until('a firing alert', async () =>
    (await alerts()).find((one) => one.state === 'firing'),
  )
  expect(firing.activeAt).toBe(pending.activeAt)
  expect(firing.annotations).toEqual({ summary: 'self has 1, twice 2' })
  const answer = await fetch(`${url}/api/v1/query?query=job:up:twice`)
  expect(await answer.text()).toContain('"job":"self"},"value":[')

  first.child.kill('SIGKILL')
  await first.exited
  run()
  // Killed between an evaluation and the save of its state, it is pending until the next evaluation, since the same time.
  const again = await until('the alert after the crash', async () => (await alerts())[0])
  expect(again.activeAt).toBe(firing.activeAt)
  const still = await until('it fires again', async () =>
    (await alerts()).find((one) => one.state === 'firing'),
  )
  expect(still.activeAt).toBe(firing.activeAt)

  write('rules.yml', 'groups: [{name: g, rules: [{record: r, expr: "up +"}]}]')
  const refused = await fetch(`${url}/-/reload`, { method: 'POST' })
  expect(refused.status).toBe(500)
  expect(await refused.text()).toContain('could not parse expression')
  expect((await alerts()).length).toBe(1)
  write('rules.yml', 'groups: []')
  expect((await fetch(`${url}/-/reload`, { method: 'POST' })).status).toBe(200)
  expect(await alerts()).toEqual([])
})

test('killed while `for` is running, an alert fires when it would have fired', async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(
    join(directory, 'prometheus.yml'),
    'global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n',
  )
  const forMs = 8_000
  writeFileSync(
    join(directory, 'rules.yml'),
    `groups: [{name: g, rules: [{alert: Waits, expr: vector(1), for: ${forMs}ms}]}]`,
  )
  const run = (): Running =>
    pharos([
      'server',
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--rules.alert.for-grace-period=0s',
    ])
  const alert = async (): Promise<Alerts['data']['alerts'][number] | undefined> =>
    ((await (await fetch(`${url}/api/v1/alerts`)).json()) as Alerts).data.alerts[0]
  const first = run()
  const pending = await until('a pending alert', alert)
  expect(pending.state).toBe('pending')
  // Killed as soon as a query has shown since when it waits: nothing was evaluated since.
  await until('a stored alert', async () => {
    const { data } = await instant(url, 'ALERTS_FOR_STATE', Date.now() / 1000)
    return data?.result[0]
  })
  first.child.kill('SIGKILL')
  await first.exited
  run()
  const again = await until('the alert after the kill', alert)
  expect(again.activeAt).toBe(pending.activeAt)
  await until('a firing alert', async () =>
    (await alert())?.state === 'firing' ? true : undefined,
  )
  expect((await alert())?.activeAt).toBe(pending.activeAt)
  expect(Date.now() - Date.parse(pending.activeAt)).toBeGreaterThanOrEqual(forMs)
})

const RULES = `groups:
  - name: g
    rules:
      - {record: 'job:up:sum', expr: sum by (job) (up)}
      - {record: 'job:up:twice', expr: 'job:up:sum * 2'}
      - alert: Up
        expr: job:up:sum == 1
        for: 3s
        annotations:
          summary: '{{ $labels.job }} has {{ $value }}, twice {{ query "job:up:twice" | first | value }}'
`
