import { loadConfig } from '@pharos/config'
import { expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'

test('the built-in configuration loads, and watches this server, this machine and what is pushed every five seconds', () => {
  const text = defaultConfig(
    { address: 'localhost:9090', metricsPath: '/prefix/metrics' },
    { address: 'localhost:9100', metricsPath: '/metrics' },
    { address: 'localhost:9091', metricsPath: '/metrics' },
    ['/shipped/*.yml', '/more.yml'],
  )
  const config = loadConfig(text, { file: 'built in', baseDirectory: '.' })
  expect(config.ruleFiles).toEqual(['/shipped/*.yml', '/more.yml'])
  expect(config.notImplemented).toEqual([])
  expect(
    config.scrapeConfigs.map((one) => [one.jobName, one.scrapeIntervalMs, one.metricsPath]),
  ).toEqual([
    ['pharos', 5000, '/prefix/metrics'],
    ['node', 5000, '/metrics'],
    ['pushgateway', 5000, '/metrics'],
  ])
  expect(config.scrapeConfigs.map((one) => one.honorLabels)).toEqual([false, false, true])
})

test('where pushes go straight to the store only the own series of the gateway are scraped', () => {
  const address = { address: 'localhost:1', metricsPath: '/metrics' }
  const text = defaultConfig(address, address, { ...address, isOwnOnly: true }, ['/shipped/*.yml'])
  const config = loadConfig(text, { file: 'built in', baseDirectory: '.' })
  expect(config.scrapeConfigs.map((one) => one.metricRelabelRules.length)).toEqual([0, 0, 1])
})
