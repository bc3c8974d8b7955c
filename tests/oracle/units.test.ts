// Every unit against the reference, for numbers of every size and with every count of decimals.
import { expect, test } from 'vitest'
import { UNIT_GROUPS, UTC, valueFormat } from '@pharos/dashboards'
import { hasOracle, loadOracle, type OracleText } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const DECIMALS = [undefined, 0, 1, 2, 3, 5]

/** Differ by place and time of the run, not by the unit. */
const BY_LOCALE: ReadonlySet<string> = new Set([
  'dateTimeAsLocal',
  'dateTimeAsLocalNoDateIfToday',
  'dateTimeFromNow',
])

const FREE = [
  '',
  'prefix:$',
  'prefix:',
  'suffix:req',
  'suffix:',
  'si:mF',
  'si:F',
  'si:kB/s',
  'si:µs',
  'count:jobs',
  'currency:€',
  'currency:financial:$',
  'currency:financial:€:suffix',
  'currency:financial:',
  'bool:on/off',
  'bool:up',
  'bool_x',
  'widgets',
  'farenheit',
  'a:b',
  ':x',
  'time:YYYY-MM-DD',
  'time:HH:mm:ss.SSS [at] Z',
  'time:dddd Do MMMM YYYY h:mm A',
  'time:Q w W DDD x X',
]

const text = ({ prefix = '', text: middle, suffix = '' }: OracleText): string =>
  prefix + middle + suffix

/** The one difference that is wanted: theirs writes `NaN.00` when decimals are asked for. */
function withoutDigitsOfNaN(shown: string): string {
  return shown.replace(/NaN\.0+/, 'NaN')
}

function numbers(): number[] {
  const { seed, random } = seededRandom()
  console.log(`units: seed ${seed}`)
  const fixed = [
    0,
    1,
    -1,
    0.1,
    0.5,
    0.99,
    0.999,
    0.9999,
    2.25,
    2.26,
    9.99,
    12,
    22.5,
    59.9,
    60,
    61,
    99.95,
    999,
    999.9,
    1000,
    1023,
    1024,
    1500,
    3599,
    3600,
    86_399,
    86_400,
    604_800,
    31_536_000,
    1e6,
    1e9,
    1e12,
    1e15,
    1e18,
    1e21,
    1e24,
    1e-3,
    1e-6,
    1e-9,
    1e-12,
    Infinity,
    -Infinity,
    NaN,
  ]
  const generated = Array.from({ length: 150 }, () => {
    const size = 10 ** (random() * 34 - 14)
    const value = (random() < 0.3 ? -1 : 1) * size * (0.1 + random())
    return random() < 0.4 ? Math.round(value) : value
  })
  return [...fixed, ...generated]
}

test.skipIf(!hasOracle)('every unit shows every number as the reference does', () => {
  const oracle = loadOracle()
  const ids = oracle.getValueFormats().flatMap(({ submenu }) => submenu.map(({ value }) => value))
  expect(UNIT_GROUPS.flatMap(({ units }) => units.map(({ id }) => id))).toEqual(ids)
  const values = numbers()
  const wrong: string[] = []
  let compared = 0
  for (const unit of [...ids, ...FREE]) {
    if (BY_LOCALE.has(unit)) continue
    const theirs = oracle.getValueFormat(unit)
    const ours = valueFormat(unit, { zone: UTC, locale: 'en-US' })
    for (const value of values) {
      for (const decimals of DECIMALS) {
        const expected = withoutDigitsOfNaN(text(theirs(value, decimals, undefined, 'utc')))
        const got = text(ours(value, decimals))
        compared++
        if (got !== expected) wrong.push(`${unit} ${value} ${decimals}: ${got}, not ${expected}`)
      }
    }
  }
  console.log(
    `units: ${ids.length} ids and ${FREE.length} free ones, ${compared} compared, ${wrong.length} differ`,
  )
  expect(wrong.slice(0, 20).join('\n')).toBe('')
})
