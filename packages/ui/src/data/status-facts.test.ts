import { expect, test } from 'vitest'
import { buildFacts, runtimeFacts } from './status-facts.ts'

test('fields of Go without a value are left out, unknown ones come last', () => {
  const facts = runtimeFacts({ later: 1, GOGC: '', GODEBUG: '', GOMAXPROCS: 2, hostname: 'vm' })
  expect(facts.map(({ name }) => name)).toEqual(['hostname', 'GOMAXPROCS', 'later'])
})

test('a memory limit has the unit bytes, and none is not shown as a number', () => {
  expect(runtimeFacts({ GOMEMLIMIT: 2 ** 30 })).toEqual([
    { name: 'GOMEMLIMIT', value: 2 ** 30, unit: 'bytes' },
  ])
  expect(runtimeFacts({ GOMEMLIMIT: 9223372036854775807n.toString() })).toEqual([])
})

test('a Pharos names itself and the Prometheus that it keeps to', () => {
  const build = { version: '3.14.0', revision: 'pharos-0.1.0', buildUser: 'pharos', branch: '' }
  expect(buildFacts(build).map(({ value }) => value)).toEqual(['Pharos 0.1.0', 'Prometheus 3.14.0'])
})

test('another server is shown as it describes itself', () => {
  expect(buildFacts({ version: '2.42.0', revision: 'abc' }).map(({ name }) => name)).toEqual([
    'version',
    'revision',
  ])
})
