// What the server says of itself, for people: in an order that makes sense, with words where there are some.
import type { TextMap } from './api-types.ts'

export interface StatusFact {
  /** The field's name in the answer; `pharos` and `compatible` are made here. */
  readonly name: string
  readonly value: string | number | boolean
  readonly unit?: 'bytes'
}

/** The fields in the order of the page; any other comes after them under its own name. */
const ORDER = [
  'hostname',
  'startTime',
  'serverTime',
  'storageRetention',
  'reloadConfigSuccess',
  'lastConfigTime',
  'corruptionCount',
  'goroutineCount',
  'GOMAXPROCS',
  'GOMEMLIMIT',
  'CWD',
]

/** Go writes its largest number for "no limit". */
const NO_LIMIT_BYTES = 2 ** 60

export function runtimeFacts(info: TextMap): StatusFact[] {
  const names = Object.keys(info)
  const known = ORDER.filter((name) => names.includes(name))
  return [...known, ...names.filter((name) => !ORDER.includes(name))]
    .map((name): StatusFact => {
      const value = info[name]!
      return name === 'GOMEMLIMIT' ? { name, value, unit: 'bytes' } : { name, value }
    })
    .filter(({ value, unit }) => value !== '' && !(unit && Number(value) >= NO_LIMIT_BYTES))
}

/** The build of Pharos and the Prometheus that it keeps to; of another server what it says itself. */
export function buildFacts(info: TextMap): StatusFact[] {
  const facts = Object.entries(info)
    .map(([name, value]) => ({ name, value }))
    .filter(({ value }) => value !== '')
  const own = /^pharos-(.+)$/.exec(String(info['revision'] ?? ''))
  if (own === null) return facts
  return [
    { name: 'pharos', value: `Pharos ${own[1]}` },
    { name: 'compatible', value: `Prometheus ${info['version']}` },
    ...facts.filter(
      ({ name }) => !['version', 'revision', 'buildUser', 'goVersion'].includes(name),
    ),
  ]
}
