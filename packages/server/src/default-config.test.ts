import { loadConfig } from '@pharos/config'
import { expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'

test('the built-in configuration loads, and watches this server, this machine and what is pushed every five seconds', () => {
  const text = defaultConfig(
    { address: 'localhost:9090', metricsPath: '/prefix/metrics' },
    { address: 'localhost:9100', metricsPath: '/metrics' },
    { address: 'localhost:9091', metricsPath: '/metrics' },
    '/shipped',
  )
  const config = loadConfig(text, { file: 'built in', baseDirectory: '.' })
  expect(config.ruleFiles).toEqual(['/shipped/*.yml'])
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
