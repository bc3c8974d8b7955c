import { expect, test } from 'vitest'
import { inputsOf, withInputs } from './dashboard-inputs.ts'

const FILE = {
  __inputs: [
    { name: 'DS_PROMETHEUS', label: 'Prometheus', type: 'datasource', pluginId: 'prometheus' },
    { name: 'VAR_PREFIX', type: 'constant', value: 'app_' },
  ],
  __requires: [{ type: 'grafana' }],
  title: 't',
  panels: [
    { datasource: { uid: '${DS_PROMETHEUS}' }, targets: [{ expr: '${VAR_PREFIX}up{a="$b"}' }] },
  ],
}

test('data sources become ours, constants what was answered, other variables stay', () => {
  const inputs = inputsOf(FILE)
  expect(inputs.map(({ kind, label }) => [kind, label])).toEqual([
    ['datasource', 'Prometheus'],
    ['constant', 'VAR_PREFIX'],
  ])
  expect(withInputs({ dashboard: FILE }, inputs, new Map([['VAR_PREFIX', 'x$&_']]))).toEqual({
    title: 't',
    panels: [{ datasource: { uid: 'pharos' }, targets: [{ expr: 'x$&_up{a="$b"}' }] }],
  })
})

test('a file without questions, or with nonsense for them, has none', () => {
  expect(inputsOf({ title: 'x' })).toEqual([])
  expect(inputsOf({ __inputs: [null, 5, {}] })).toEqual([])
  expect(inputsOf(null)).toEqual([])
})

test('a key that would reach a prototype is a key like any other', () => {
  const file = JSON.parse('{"title":"t","__proto__":{"polluted":true}}') as unknown
  const filled = withInputs(file, [], new Map())
  expect(Object.keys(filled)).toContain('__proto__')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
