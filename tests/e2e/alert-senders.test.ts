// Who sends alerts to whom: Debian's prometheus and vmalert to our alert manager, our rules to Debian's and to several.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  freePort,
  pharos,
  ready,
  type Running,
  start,
  temporaryDirectory,
  until,
} from './process.ts'

const hasPeers = ['prometheus', 'prometheus-alertmanager', 'vmalert'].every((name) =>
  existsSync(`/usr/bin/${name}`),
)

const RULES = (name: string, expression: string): string => `groups:
- name: g
  interval: 1s
  rules:
  - alert: ${name}
    expr: ${expression}
    labels: {severity: critical}
    annotations: {summary: 'value {{ $value }}'}
`

interface SentAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly generatorURL: string
  readonly endsAt: string
}

async function alertsAt(base: string): Promise<ReadonlyMap<string, SentAlert>> {
  const alerts = (await (await fetch(`${base}/api/v2/alerts`)).json()) as SentAlert[]
  return new Map(alerts.map((one) => [one.labels['alertname'] ?? '', one]))
}

async function manager(command: 'ours' | 'theirs', directory: string): Promise<string> {
  const port = await freePort()
  const file = join(directory, `${command}.yml`)
  writeFileSync(file, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n')
  const flags = [
    `--config.file=${file}`,
    `--storage.path=${join(directory, command)}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const running: Running =
    command === 'ours'
      ? pharos(['alertmanager', ...flags])
      : start('/usr/bin/prometheus-alertmanager', [...flags, '--cluster.listen-address='])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return base
}

/** A prometheus of either make that evaluates one rule and sends to some managers. */
async function prometheus(
  make: 'ours' | 'theirs',
  directory: string,
  rule: string,
  targets: readonly string[],
): Promise<{ readonly base: string; readonly rules: string }> {
  const port = await freePort()
  const rules = join(directory, `${make}-rules.yml`)
  const file = join(directory, `${make}-prometheus.yml`)
  writeFileSync(rules, rule)
  writeFileSync(
    file,
    `global: {evaluation_interval: 1s, external_labels: {cluster: ${make}}}
rule_files: ['${rules}']
alerting: {alertmanagers: [{static_configs: [{targets: [${targets.map((one) => `'${one.slice(7)}'`).join(', ')}]}]}]}
`,
  )
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, `${make}-data`)}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    // Also what goes on is sent often enough to be seen.
    '--rules.alert.resend-delay=1s',
  ]
  const running =
    make === 'ours' ? pharos(['server', ...flags]) : start('/usr/bin/prometheus', flags)
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return { base, rules }
}

test.skipIf(!hasPeers)(
  'alerts of Debian’s prometheus, of vmalert and of ours arrive at managers of both makes, and resolve there',
  async () => {
    const directory = temporaryDirectory()
    const [ours, theirs] = await Promise.all([
      manager('ours', directory),
      manager('theirs', directory),
    ])
    const debian = await prometheus('theirs', directory, RULES('FromDebian', 'vector(41) + 1'), [
      ours,
    ])
    const own = await prometheus('ours', directory, RULES('FromPharos', 'vector(41) + 1'), [
      theirs,
      ours,
    ])
    const vmRules = join(directory, 'vm-rules.yml')
    writeFileSync(vmRules, RULES('FromVmalert', 'vector(42)'))
    start('/usr/bin/vmalert', [
      `-rule=${vmRules}`,
      `-datasource.url=${own.base}`,
      `-notifier.url=${ours}`,
      '-evaluationInterval=1s',
      `-httpListenAddr=127.0.0.1:${await freePort()}`,
    ])
    const here = await until('alerts of all three at ours', async () => {
      const found = await alertsAt(ours)
      return found.size === 3 ? found : undefined
    })
    for (const name of ['FromDebian', 'FromVmalert', 'FromPharos']) {
      expect(here.get(name)?.labels, name).toMatchObject({ severity: 'critical' })
      expect(here.get(name)?.annotations, name).toEqual({ summary: 'value 42' })
      expect(here.get(name)?.generatorURL, name).toMatch(/^http/)
    }
    expect(here.get('FromDebian')?.labels['cluster']).toBe('theirs')
    const there = await until('our alert at Debian’s', async () =>
      (await alertsAt(theirs)).get('FromPharos'),
    )
    expect(there.labels).toEqual({ alertname: 'FromPharos', severity: 'critical', cluster: 'ours' })
    expect(there.generatorURL).toContain('/graph?g0.expr=vector%2841%29+%2B+1')

    for (const { base, rules, name } of [
      { ...debian, name: 'FromDebian' },
      { ...own, name: 'FromPharos' },
    ]) {
      writeFileSync(rules, RULES(name, 'vector(0) > 1'))
      expect((await fetch(`${base}/-/reload`, { method: 'POST' })).status).toBe(200)
    }
    // vmalert's goes on, and is not said to be over.
    await until(
      'the others resolved at both',
      async () => {
        const [a, b] = [await alertsAt(ours), await alertsAt(theirs)]
        return [...a.keys()].join() === 'FromVmalert' && b.size === 0 ? true : undefined
      },
      60_000,
    )
  },
  150_000,
)
