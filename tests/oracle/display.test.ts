// Settings, overrides and the look of values against the reference, on generated panels.
import { expect, test } from 'vitest'
import {
  applyFieldConfig,
  type DashboardTheme,
  type FieldConfig,
  type FieldOverride,
  type Frame,
  UTC,
  valueAt,
} from '@pharos/dashboards'
import { pick, type Random, series, table, toOracle } from './generated-frames.ts'
import { hasOracle, loadOracle, type OracleDisplay, type OracleTheme } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const ROUNDS = 250

const UNITS = [
  'short',
  'bytes',
  's',
  'percent',
  'percentunit',
  'none',
  'currencyUSD',
  'reqps',
  'bool',
  'widgets',
  'locale',
  'si:kF',
]
const MODES = ['fixed', 'thresholds', 'palette-classic', 'continuous-GrYlRd', 'continuous-BlPu']

function thresholds(random: Random): FieldConfig['thresholds'] {
  const steps = [
    { value: null, color: 'green' },
    { value: 0.5, color: '#EAB839' },
    { value: 5, color: 'red' },
    { value: 80, color: 'dark-blue' },
  ]
  return {
    mode: pick(random, ['absolute', 'percentage'] as const),
    steps: steps.slice(0, 1 + Math.floor(random() * 4)),
  }
}

const MAPPINGS: NonNullable<FieldConfig['mappings']> = [
  { type: 'value', options: { '0': { text: 'zero', color: 'blue' }, alpha: { text: 'A' } } },
  { type: 'range', options: { from: 100, to: null, result: { text: 'many', color: 'purple' } } },
  { type: 'regex', options: { pattern: '/^b(.*)$/i', result: { text: 'B-$1' } } },
  { type: 'special', options: { match: 'nan', result: { text: 'not a number', color: 'orange' } } },
]

function someConfig(random: Random): FieldConfig {
  const config: FieldConfig = {
    thresholds: thresholds(random)!,
    color: { mode: pick(random, MODES), fixedColor: 'semi-dark-red' },
  }
  if (random() < 0.8) config.unit = pick(random, UNITS)
  if (random() < 0.4) config.decimals = Math.floor(random() * 4)
  if (random() < 0.3) config.min = -5
  if (random() < 0.3) config.max = 50
  if (random() < 0.4) config.mappings = structuredClone(MAPPINGS)
  if (random() < 0.3) config.noValue = 'nothing'
  return config
}

function someOverrides(random: Random): FieldOverride[] {
  const matchers = [
    { id: 'byName', options: pick(random, ['Value #A', 'job', 'Value', 'Time']) },
    { id: 'byRegexp', options: pick(random, ['/^V/', '/h\\d/', 'job']) },
    {
      id: 'byNames',
      options: { names: ['job', 'host'], mode: pick(random, ['include', 'exclude']) },
    },
    { id: 'byFrameRefID', options: 'A' },
    { id: 'byType', options: pick(random, ['number', 'string', 'time']) },
    {
      id: 'byValue',
      options: {
        reducer: pick(random, ['max', 'allIsZero', 'count']),
        op: pick(random, ['gt', 'lte', 'eq']),
        value: 2,
      },
    },
  ]
  const properties = [
    { id: 'unit', value: pick(random, UNITS) },
    { id: 'decimals', value: pick(random, [0, 2, null]) },
    { id: 'displayName', value: pick(random, ['Named', '']) },
    { id: 'color', value: { mode: 'fixed', fixedColor: pick(random, ['red', '#123456']) } },
    { id: 'max', value: 10 },
    { id: 'thresholds', value: thresholds(random) },
    { id: 'mappings', value: structuredClone(MAPPINGS) },
    { id: 'noValue', value: '-' },
    { id: 'custom.axis.label', value: 'x' },
  ]
  return Array.from({ length: Math.floor(random() * 3) }, () => ({
    matcher: pick(random, matchers),
    properties: [pick(random, properties), pick(random, properties)],
  }))
}

/** Their colours under our door, so that only what is made of them is compared. */
function sameTheme({ visualization }: OracleTheme): DashboardTheme {
  return { palette: visualization.palette, colorOf: (name) => visualization.getColorByName(name) }
}

const look = ({ prefix = '', text, suffix = '', numeric, percent }: OracleDisplay): string =>
  `${prefix}|${text}|${suffix} ${Number(numeric)} ${percent === undefined ? '-' : String(Number(percent.toPrecision(9)))}`.replace(
    /NaN\.0+/,
    'NaN',
  )

/** `rgb(1, 2, 3)` and `#010203` are one colour; the last digit of a blend is rounding. */
function rgb(color: string | undefined): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color ?? '')
  if (hex !== null) return hex.slice(1).map((one) => Number.parseInt(one, 16))
  return (
    (color ?? '')
      .match(/[\d.]+/g)
      ?.map(Number)
      .slice(0, 3) ?? []
  )
}

test.skipIf(!hasOracle)(
  'settings and overrides make of every value what the reference makes',
  () => {
    const oracle = loadOracle()
    const theme = oracle.createTheme()
    const { seed, random } = seededRandom()
    const wrong: string[] = []
    let compared = 0
    for (let round = 0; round < ROUNDS; round++) {
      const make = (refId: string): Frame =>
        random() < 0.5 ? series(random, refId, 6) : table(random, refId, 5)
      const frames = ['A', 'B'].slice(0, 1 + Math.floor(random() * 2)).map(make)
      const defaults = someConfig(random)
      const overrides = someOverrides(random)
      const fieldConfig = { defaults, overrides }
      const ours = applyFieldConfig(frames, {
        fieldConfig,
        theme: sameTheme(theme),
        zone: UTC,
        locale: 'en-US',
      })
      const given = structuredClone(fieldConfig)
      const theirs = oracle.applyFieldOverrides({
        data: frames.map(toOracle),
        fieldConfig: given,
        replaceVariables: (text: string) => text,
        theme,
        timeZone: 'utc',
      })
      ours.forEach((frame, f) =>
        frame.fields.forEach((field, i) => {
          const other = theirs[f]!.fields[i]!
          const title = oracle.getFieldDisplayName(other, theirs[f]!, theirs)
          if (title !== field.title)
            wrong.push(`${field.title}, not ${title} of ${JSON.stringify(fieldConfig)}`)
          for (let row = 0; row < field.values.length; row++) {
            const value = valueAt(field, row)
            // The reference's unit `locale` shows minus zero as -0.
            if (Object.is(value, -0)) continue
            const [got, expected] = [field.display!(value), other.display!(value)]
            compared++
            const [a, b] = [rgb(got.color), rgb(expected.color)]
            const isSameColor =
              a.length === b.length && a.every((one, c) => Math.abs(one - b[c]!) <= 1)
            if (look(got) !== look(expected) || !isSameColor)
              wrong.push(
                `${field.name} ${String(value as number)}: ${look(got)} ${got.color}, not ${look(expected)} ${expected.color} of ${JSON.stringify(fieldConfig)}`,
              )
          }
        }),
      )
    }
    console.log(
      `display: seed ${seed}, ${ROUNDS} panels, ${compared} values compared, ${wrong.length} differ`,
    )
    expect(wrong.slice(0, 8).join('\n')).toBe('')
  },
)
