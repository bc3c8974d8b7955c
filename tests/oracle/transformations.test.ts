// Every transformation that the reference publishes, on generated frames and options.
import { expect, test } from 'vitest'
import { applyTransformations, type Frame } from '@pharos/dashboards'
import {
  pick,
  type Random,
  series,
  shownOurs,
  shownTheirs,
  table,
  toOracle,
} from './generated-frames.ts'
import { hasOracle, loadOracle, transformed } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const ROUNDS = 60

interface Case {
  readonly frames: Frame[]
  readonly options: object
}

const length = (random: Random): number => 1 + Math.floor(random() * 6)
const REF_IDS = ['A', 'B', 'C']

const someSeries = (random: Random): Frame[] =>
  REF_IDS.slice(0, 1 + Math.floor(random() * 3)).map((refId) =>
    series(random, refId, length(random)),
  )
const someTables = (random: Random): Frame[] =>
  REF_IDS.slice(0, 1 + Math.floor(random() * 3)).map((refId) =>
    table(random, refId, length(random)),
  )
const oneTable = (random: Random): Frame[] => [table(random, 'A', 2 + length(random))]
const any = (random: Random): Frame[] => (random() < 0.5 ? someSeries(random) : someTables(random))

const CALCS = [
  'lastNotNull',
  'max',
  'min',
  'mean',
  'sum',
  'count',
  'first',
  'distinctCount',
  'range',
]
const FIELDS = ['Time', 'job', 'host', 'Value #A']

const CASES: Readonly<Record<string, (random: Random) => Case>> = {
  organize: (random) => ({
    frames: oneTable(random),
    options: {
      excludeByName: { [pick(random, FIELDS)]: random() < 0.7 },
      indexByName: Object.fromEntries(FIELDS.map((name) => [name, Math.floor(random() * 5)])),
      renameByName: { [pick(random, FIELDS)]: pick(random, ['Renamed', '']) },
      ...(random() < 0.3 ? { includeByName: { job: true, 'Value #A': true } } : {}),
    },
  }),
  order: (random) => ({
    frames: oneTable(random),
    options: { indexByName: { host: 0, Time: 2, job: 1 } },
  }),
  rename: (random) => ({
    frames: oneTable(random),
    options: { renameByName: { host: 'h', job: 'j' } },
  }),
  renameByRegex: (random) => ({
    frames: any(random),
    options: pick(random, [
      { regex: '(.*)', renamePattern: 'x $1' },
      { regex: '/^Value #(.)$/', renamePattern: 'V-$1' },
      { regex: '/h(\\d)/g', renamePattern: 'host$1' },
      { regex: 'job', renamePattern: 'Job' },
    ]),
  }),
  filterFieldsByName: (random) => ({
    frames: any(random),
    options: pick(random, [
      { include: { names: ['job', 'Value #A'] } },
      { include: { pattern: '/^V/' } },
      { exclude: { names: ['Time'] } },
      { include: { names: ['Time'], pattern: '/a/' } },
      { include: { pattern: '/./' }, exclude: { pattern: '/host/' } },
      {},
    ]),
  }),
  filterByRefId: (random) => ({
    frames: any(random),
    options: pick(random, [{ include: 'A' }, { include: '/A|B/' }, { exclude: 'B' }, {}]),
  }),
  filterByValue: (random) => ({
    frames: oneTable(random),
    options: {
      type: pick(random, ['include', 'exclude']),
      match: pick(random, ['any', 'all']),
      filters: [
        {
          fieldName: 'Value #A',
          config: {
            id: pick(random, ['greater', 'lower', 'greaterOrEqual', 'lowerOrEqual']),
            options: { value: 1 },
          },
        },
        {
          fieldName: 'job',
          config: {
            id: pick(random, ['equal', 'notEqual', 'substring', 'notSubstring', 'regex']),
            options: { value: 'a' },
          },
        },
        {
          fieldName: 'Value #A',
          config: {
            id: pick(random, ['isNull', 'isNotNull', 'between']),
            options: { from: -1, to: 3 },
          },
        },
      ].slice(Math.floor(random() * 3)),
    },
  }),
  limit: (random) => ({
    frames: any(random),
    options: pick(random, [{ limitField: 2 }, { limitField: '3' }, { limitField: -2 }, {}]),
  }),
  sortBy: (random) => ({
    frames: oneTable(random),
    options: { sort: [{ field: pick(random, ['Time', 'job', 'host']), desc: random() < 0.5 }] },
  }),
  merge: (random) => ({ frames: any(random), options: {} }),
  joinByField: (random) => ({
    frames: random() < 0.6 ? someSeries(random) : someTables(random),
    options: pick(random, [
      { byField: 'Time' },
      { mode: 'outer' },
      { byField: 'Time', mode: 'inner' },
      { byField: 'job', mode: 'inner' },
      { byField: 'job', mode: 'outerTabular' },
    ]),
  }),
  concatenate: (random) => ({
    frames: any(random),
    options: { frameNameMode: pick(random, ['field', 'label', 'drop']) },
  }),
  seriesToRows: (random) => ({ frames: someSeries(random), options: {} }),
  labelsToFields: (random) => ({
    frames: someSeries(random),
    options: pick(random, [
      {},
      { valueLabel: 'job' },
      { keepLabels: ['instance'] },
      { mode: 'rows' },
      { mode: 'rows', keepLabels: ['job'] },
    ]),
  }),
  groupBy: (random) => ({
    frames: oneTable(random),
    options: {
      fields: {
        job: { operation: 'groupby', aggregations: [] },
        ...(random() < 0.3 ? { host: { operation: 'groupby', aggregations: ['count'] } } : {}),
        'Value #A': { operation: 'aggregate', aggregations: [pick(random, CALCS), 'countAll'] },
      },
    },
  }),
  reduce: (random) => ({
    frames: someSeries(random),
    options: {
      reducers: [pick(random, CALCS), ...(random() < 0.5 ? ['diff'] : [])],
      ...pick(random, [
        {},
        { mode: 'reduceFields' },
        { labelsToFields: true },
        { mode: 'reduceFields', includeTimeField: true },
      ]),
    },
  }),
  calculateField: (random) => ({ frames: any(random), options: calculation(random) }),
  groupingToMatrix: (random) => ({
    frames: oneTable(random),
    options: {
      columnField: 'job',
      rowField: 'host',
      valueField: 'Value #A',
      emptyValue: pick(random, ['null', 'zero']),
    },
  }),
  convertFieldType: (random) => ({
    frames: oneTable(random),
    options: {
      conversions: [
        {
          targetField: pick(random, ['job', 'host']),
          destinationType: pick(random, ['number', 'boolean', 'string']),
        },
      ],
    },
  }),
  formatTime: (random) => ({
    frames: oneTable(random),
    options: { timeField: 'Time', outputFormat: 'YYYY-MM-DD HH:mm', timezone: 'utc' },
  }),
  histogram: (random) => ({
    frames: [series(random, 'A', 20)],
    options: pick(random, [
      {},
      { bucketSize: 5 },
      { bucketSize: 2, bucketOffset: 1 },
      { combine: true },
    ]),
  }),
  transpose: (random) => ({ frames: [dropTime(table(random, 'A', length(random)))], options: {} }),
}

function dropTime(frame: Frame): Frame {
  return { ...frame, fields: frame.fields.filter(({ type }) => type !== 'time') }
}

function calculation(random: Random): object {
  const replaceFields = random() < 0.3
  return pick<object>(random, [
    {
      mode: 'reduceRow',
      reduce: { reducer: pick(random, ['sum', 'max', 'mean', 'count']) },
      replaceFields,
    },
    {
      mode: 'binary',
      binary: { left: 'Value #A', operator: pick(random, ['+', '-', '*', '/']), right: '2' },
      replaceFields,
    },
    {
      mode: 'binary',
      binary: {
        left: { matcher: { id: 'byName', options: 'Value #A' } },
        operator: '*',
        right: { matcher: { id: 'byName', options: 'Value #A' } },
      },
    },
    {
      mode: 'binary',
      alias: 'Twice',
      binary: {
        left: { matcher: { id: 'byName', options: 'Value #A' } },
        operator: '/',
        right: { fixed: '2' },
      },
    },
    {
      mode: 'binary',
      binary: {
        left: { matcher: { id: 'byType', options: 'number' } },
        operator: '+',
        right: { fixed: '1' },
      },
    },
    {
      mode: 'unary',
      unary: {
        operator: pick(random, ['abs', 'exp', 'floor', 'ceil', 'percent']),
        fieldName: 'Value #A',
      },
    },
    { mode: 'index', index: { asPercentile: random() < 0.5 }, replaceFields },
    { mode: 'cumulativeFunctions', cumulative: { reducer: pick(random, ['sum', 'mean']) } },
    {
      mode: 'windowFunctions',
      window: {
        reducer: pick(random, ['stdDev', 'variance']),
        windowAlignment: pick(random, ['trailing', 'centered']),
        windowSizeMode: 'fixed',
        windowSize: 3,
      },
    },
  ])
}

/** The reference keeps the name of a combined histogram apart from its field. */
function withCount(shown: string, options: object): string {
  return 'combine' in options ? shown.replace(/[^\n]*( \(number\): [^\n]*)$/, 'Count$1') : shown
}

test.skipIf(!hasOracle)(
  'every published transformation makes of frames what the reference makes',
  () => {
    const oracle = loadOracle()
    const { seed, random } = seededRandom()
    const wrong: string[] = []
    const counts: string[] = []
    for (const [id, make] of Object.entries(CASES)) {
      let differ = 0
      for (let round = 0; round < ROUNDS; round++) {
        const { frames, options } = make(random)
        const expected = withCount(
          shownTheirs(oracle, transformed(oracle, id, options, frames.map(toOracle))),
          options,
        )
        const got = shownOurs(applyTransformations(frames, [{ id, options: { ...options } }]))
        if (got === expected) continue
        differ++
        if (differ <= 2)
          wrong.push(
            `${id} ${JSON.stringify(options)}\nof\n${shownOurs(frames)}\ngives\n${got}\nnot\n${expected}\n`,
          )
      }
      counts.push(`${id} ${ROUNDS - differ}/${ROUNDS}`)
    }
    console.log(
      `transformations: seed ${seed}, ${Object.keys(CASES).length} kinds: ${counts.join(', ')}`,
    )
    expect(wrong.slice(0, 12).join('\n')).toBe('')
  },
)
