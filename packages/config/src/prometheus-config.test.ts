import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ConfigErrors } from './config-errors.ts'
import { loadConfig } from './prometheus-config.ts'
import type { LoadOptions } from './prometheus-config.ts'
import type { PrometheusConfig } from './settings.ts'

const testdata = new URL('../testdata/', import.meta.url)
const OPTIONS: LoadOptions = { file: 'prometheus.yml', baseDirectory: '/etc/pharos' }

const textOf = (name: string): string => readFileSync(new URL(name, testdata), 'utf8')

function loaded(text: string, options: Partial<LoadOptions> = {}): PrometheusConfig {
  return loadConfig(text, { ...OPTIONS, ...options })
}

function messageOf(text: string, options: Partial<LoadOptions> = {}): string {
  try {
    loaded(text, options)
  } catch (error) {
    if (error instanceof ConfigErrors) return error.message
    throw error
  }
  return ''
}

const files = readdirSync(testdata)

test.each(files.filter((name) => name.endsWith('.bad.yml')))(
  '%s gives the messages that its first lines announce, and no other',
  (name) => {
    const text = textOf(name)
    const announced = text.split('\n').filter((line) => line.startsWith('# prometheus.yml:'))
    expect(announced.length).toBeGreaterThan(0)
    expect(messageOf(text).split('\n')).toEqual(announced.map((line) => line.slice(2)))
  },
)

test.each(files.filter((name) => name.endsWith('.good.yml')))('%s loads', (name) => {
  expect(messageOf(textOf(name))).toBe('')
})

test('a job takes over the global section and the defaults; scalars in labels stay text', () => {
  const config = loaded(textOf('defaults.good.yml'), { environment: { ZONE: 'eu' } })
  expect(config.global.externalLabels.toObject()).toEqual({ zone: 'eu', cost: '$5', zip: '012' })
  const [plain, own] = config.scrapeConfigs
  expect(plain).toMatchObject({
    scrapeIntervalMs: 5000,
    scrapeTimeoutMs: 5000,
    metricsPath: '/metrics',
    scheme: 'http',
    honorLabels: false,
    honorTimestamps: true,
    enableCompression: true,
  })
  const [group] = plain!.staticGroups
  expect(group!.targets.map((target) => target.get('__address__'))).toEqual(['a:1', '42'])
  expect(group!.labels.get('v')).toBe('1.0')
  expect(own).toMatchObject({
    scrapeIntervalMs: 90_000,
    scrapeTimeoutMs: 5000,
    honorLabels: true,
    bodySizeLimitBytes: 15 * 1024 * 1024,
    params: [['match', ['up', '1']]],
    fileDiscoveries: [
      { files: ['/etc/pharos/targets/*.json', '/abs/a.yml'], refreshIntervalMs: 300_000 },
    ],
  })
})

test('no secret is ever shown, neither in the effective configuration nor in a message', () => {
  const text = textOf('secrets.good.yml')
  const { yaml } = loaded(text)
  expect(yaml).not.toContain('canary')
  expect(yaml).toContain('password: <secret>')
  expect(yaml).toContain('- shown')
  expect(loaded(textOf('discoveries.good.yml')).yaml).not.toContain('canary')
  const broken = text.replaceAll('password:', 'pasword:').replaceAll('http://u:', '::http://u:')
  const message = messageOf(broken)
  expect(message).toContain('unknown key pasword; did you mean password?')
  expect(message).not.toContain('canary')
})

test('the effective configuration loads again and stays the same', () => {
  for (const name of files.filter((one) => one.endsWith('.good.yml'))) {
    // `$$` becomes a dollar each time, as in the reference.
    const { yaml } = loaded(textOf(name).replace('cost: $$5, ', ''))
    expect(loaded(yaml).yaml, name).toBe(yaml)
  }
})

test('the effective configuration quotes what would be read as something else', () => {
  const { yaml } = loaded(
    'global: {external_labels: {a: "yes", b: 012, c: "x: y", d: 10s, e: "1:30"}}',
  )
  expect(yaml).toContain(`external_labels:
    a: "yes"
    b: "012"
    c: 'x: y'
    d: 10s
    e: "1:30"
`)
})

test('parts without a component are named with their place', () => {
  const { notImplemented } = loaded(textOf('discoveries.good.yml'))
  expect(notImplemented).toEqual([
    { path: 'scrape_configs[3].eureka_sd_configs', line: 17, column: 5 },
  ])
  expect(loaded('rule_files: [a.yml]\nscrape_config_files: [b.yml]\n').notImplemented).toEqual([
    { path: 'scrape_config_files', line: 2, column: 1 },
  ])
})

test('discoveries that ask a backend are typed', () => {
  const [, nacos, consul] = loaded(textOf('discoveries.good.yml')).scrapeConfigs
  expect(nacos!.backends.nacos).toMatchObject([
    { url: 'http://127.0.0.1:8848', group: 'DEFAULT_GROUP', services: ['a', 'b'] },
  ])
  expect(consul!.backends.consul).toMatchObject([
    { url: 'http://localhost:8500', token: 'canary-consul', refreshIntervalMs: 30_000 },
  ])
})

test('etcd discoveries are typed, with the defaults of the seed', () => {
  const [job] = loaded(textOf('discoveries.good.yml')).scrapeConfigs
  expect(job!.etcdDiscoveries).toMatchObject([
    {
      endpoints: ['http://127.0.0.1:2379'],
      prefix: '/service/',
      layout: '{name}/{id}',
      username: 'u',
      password: 'canary-etcd',
      refreshIntervalMs: 30_000,
    },
  ])
})

test('an empty or null document is all defaults', () => {
  for (const text of ['', '\n', '# nothing\n', '~\n', '{}\n', 'global:\n', '\ufeff']) {
    const config = loaded(text)
    expect(config.global.scrapeIntervalMs, JSON.stringify(text)).toBe(60_000)
    expect(config.scrapeConfigs).toEqual([])
  }
})

test('null means the zero value of a key, an absent key its default', () => {
  const [job] = loaded(
    'scrape_configs: [{job_name: a, honor_timestamps: ~, metrics_path: ~}]',
  ).scrapeConfigs
  expect(job).toMatchObject({ honorTimestamps: false, metricsPath: '' })
})

test('what is not a configuration is refused in one clear line', () => {
  const check = (text: string, message: string): void => expect(messageOf(text)).toBe(message)
  check('foo\n', 'prometheus.yml:1:1: wants a mapping, has "foo"')
  check('- a\n', 'prometheus.yml:1:1: wants a mapping, has a list')
  check('a: 1\n', 'prometheus.yml:1:1: unknown key a')
  check('__proto__: 1\n', 'prometheus.yml:1:1: unknown key __proto__')
  check('global: *x\n', 'prometheus.yml:1:9: global: alias *x has no anchor before it')
  check(
    'rule_files: &a [*a]\n',
    'prometheus.yml:1:17: rule_files[0][0]: alias *a stands inside its own anchor',
  )
  check('[a]: b\n', 'prometheus.yml:1:1: a key has to be text')
  check('a: \u0000\n', 'prometheus.yml:1:4: not YAML: control characters are not allowed')
  expect(messageOf('['.repeat(20_000))).toMatch(/^prometheus.yml:1:\d+: nested too deeply$/)
})

test('an alias bomb, deep nesting and a huge file end at their limits', () => {
  let bomb = 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n'
  for (let i = 1; i < 12; i++) bomb += `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]\n`
  expect(messageOf(bomb)).toContain('more than 1000000 values after aliases are followed')
  const deep = `a: ${'['.repeat(150)}${']'.repeat(150)}\n`
  expect(messageOf(deep)).toContain('nested more than 100 levels deep')
  const huge = ' '.repeat(100 * 1024 * 1024)
  expect(messageOf(huge)).toBe(
    'prometheus.yml:1:1: file has 104857600 characters, at most 33554432 are read',
  )
})

test('mistakes of one section do not hide the cross-checks of others', () => {
  const message = messageOf(`
scrape_configs:
- job_name: a
  foo: 1
- job_name: a
  scrape_timeout: 2m
  relabel_configs: [{action: keepequal}, ~]
remote_read: [~, {url: x, headers: {Host: h}}]
`)
  expect(message.split('\n')).toEqual([
    'prometheus.yml:4:3: scrape_configs[0]: unknown key foo',
    'prometheus.yml:5:13: scrape_configs[1].job_name: found multiple scrape configs with job name "a"',
    'prometheus.yml:6:19: scrape_configs[1].scrape_timeout: scrape timeout greater than scrape interval for scrape config with job name "a"',
    "prometheus.yml:7:21: scrape_configs[1].relabel_configs[0]: relabel configuration for keepequal action requires 'target_label' value",
    'prometheus.yml:7:42: scrape_configs[1].relabel_configs[1]: empty or null target relabeling rule in scrape config',
    'prometheus.yml:8:15: remote_read[0]: empty or null remote read config section',
    'prometheus.yml:8:43: remote_read[1].headers.Host: Host is a reserved header. It must not be changed',
  ])
})

test('an agent has no alerting, rules or remote read', () => {
  const text = 'rule_files: [a]\nremote_read: [{url: http://a}]\nalerting: {alertmanagers: [{}]}\n'
  expect(messageOf(text, { isAgent: true }).split('\n').length).toBe(3)
  expect(messageOf(text)).toBe('')
})

test('merged mappings give their keys, own keys win', () => {
  const config = loaded(
    'scrape_configs:\n- &x {job_name: a, metrics_path: /x}\n- {<<: *x, job_name: b}\n',
  )
  expect(config.scrapeConfigs.map((job) => [job.jobName, job.metricsPath])).toEqual([
    ['a', '/x'],
    ['b', '/x'],
  ])
})
