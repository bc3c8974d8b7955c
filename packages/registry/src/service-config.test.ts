import { expect, test } from 'vitest'
import { readServiceConfig } from './service-config.ts'

const TOML = `
title = "monitor"
[service]
id = "1"
name = "monitor"
host = "localhost"
port = 8080
lease_time = 5
[mysql]
host = "other"
`

test("the seed's config.toml gives the service", () => {
  expect(readServiceConfig(TOML, 'config.toml')).toEqual({
    service: { id: '1', name: 'monitor', host: 'localhost', port: 8080, leaseTime: 5 },
    endpoints: [],
    username: '',
    password: '',
  })
})

test('YAML says the same, and a number is a good id', () => {
  const text =
    'service: {id: 1, name: monitor, host: localhost, port: 8080}\netcd: {endpoints: [a:1, b:2]}\n'
  const { service, endpoints } = readServiceConfig(text, 'config.yml')
  expect(service).toEqual({ id: '1', name: 'monitor', host: 'localhost', port: 8080, leaseTime: 5 })
  expect(endpoints).toEqual(['a:1', 'b:2'])
})

test('the environment wins over the file, and is enough alone', () => {
  const environment = {
    SERVICE_ID: 'x',
    SERVICE_NAME: 'n',
    SERVICE_HOST: 'auto',
    SERVICE_PORT: '81',
    SERVICE_LEASE_TIME: '9',
    ETCD_ENDPOINTS: 'http://a:1, http://b:2',
    ETCD_USERNAME: 'u',
    ETCD_PASSWORD: 'p',
  }
  const expected = {
    service: { id: 'x', name: 'n', host: '10.0.0.7', port: 81, leaseTime: 9 },
    endpoints: ['http://a:1', 'http://b:2'],
    username: 'u',
    password: 'p',
  }
  for (const text of [TOML, ''])
    expect(
      readServiceConfig(text, 'config.toml', { environment, addresses: ['10.0.0.7'] }),
    ).toEqual(expected)
})

test('mistakes name the file, the key and the variable', () => {
  const bad: readonly (readonly [string, string])[] = [
    ['', 'c.toml: id (or SERVICE_ID) wants a value, has nothing'],
    ['[service', 'c.toml: Invalid TOML document'],
    ['service = 1', 'c.toml: [service] wants a section'],
    [TOML.replace('8080', '"x"'), 'c.toml: port (or SERVICE_PORT) wants a whole number'],
    [TOML.replace('8080', '80.5'), 'wants a whole number, has "80.5"'],
    [TOML.replace('"1"', 'true'), 'c.toml: id (or SERVICE_ID) wants text, has "true"'],
    [TOML.replace('"localhost"', '"auto"'), 'host is "auto" but this machine has no address'],
    [`${TOML}[etcd]\nendpoints = 5`, 'endpoints (or ETCD_ENDPOINTS) wants a list'],
  ]
  for (const [text, message] of bad)
    expect(() => readServiceConfig(text, 'c.toml'), text).toThrow(message)
})
