// The transformations that the reference's package does not publish, so that no oracle says what they give.
import { expect, test } from 'vitest'
import { cellsOf, columnOf, type Field, type Frame, frameOfFields } from '../frame.ts'
import type { JsonObject } from '../json.ts'
import { applyTransformations } from './apply-transformations.ts'

const text = (name: string, values: readonly (string | null)[]): Field => ({
  name,
  type: 'string',
  values: columnOf('string', [...values]),
  config: {},
})
const number = (
  name: string,
  values: readonly number[],
  labels?: Record<string, string>,
): Field => ({
  name,
  type: 'number',
  values: columnOf('number', [...values]),
  config: {},
  ...(labels === undefined ? {} : { labels }),
})
const time = (values: readonly number[]): Field => ({
  name: 'Time',
  type: 'time',
  values: columnOf('time', [...values]),
  config: {},
})
const series = (refId: string, ts: number[], vs: number[], labels: Record<string, string>): Frame =>
  frameOfFields([time(ts), number('Value', vs, labels)], { refId })

/** Names and cells of each frame. */
function made(frames: readonly Frame[], id: string, options: JsonObject): [string, unknown[]][][] {
  return applyTransformations(frames, [{ id, options }]).map(({ fields }) =>
    fields.map((field) => [field.name, cellsOf(field)]),
  )
}

test('configFromData: settings come from another query, those of its own name and those mapped', () => {
  const frames = [
    series('A', [1, 2], [3, 4], {}),
    frameOfFields([number('max', [100, 200]), number('limit', [80]), text('unit', ['bytes'])], {
      refId: 'config',
    }),
  ]
  const [frame, ...rest] = applyTransformations(frames, [
    {
      id: 'configFromData',
      options: { mappings: [{ fieldName: 'limit', handlerKey: 'threshold1' }] },
    },
  ])
  expect(rest).toEqual([])
  expect(frame!.fields[0]!.config).toEqual({})
  expect(frame!.fields[1]!.config).toEqual({
    max: 200,
    unit: 'bytes',
    thresholds: {
      mode: 'absolute',
      steps: [
        { value: null, color: 'green' },
        { value: 80, color: 'red' },
      ],
    },
  })
  const missing = { id: 'configFromData', options: { configRefId: 'nobody' } }
  expect(applyTransformations(frames, [missing])).toHaveLength(2)
})

test('extractFields: JSON, pairs and named groups become columns', () => {
  const check = (cells: string[], options: JsonObject, wanted: [string, unknown[]][]) =>
    expect(
      made([frameOfFields([text('line', cells)])], 'extractFields', {
        source: 'line',
        replace: true,
        ...options,
      }),
    ).toEqual([wanted])
  check(['{"a":1,"b":"x"}', '{"a":2}'], { format: 'json' }, [
    ['a', [1, 2]],
    ['b', ['x', null]],
  ])
  check(['a=1 b=x'], { format: 'kvp' }, [
    ['a', ['1']],
    ['b', ['x']],
  ])
  check(['GET /x', 'POST /y'], { format: 'regexp', regExp: '/(?<method>\\w+) (?<path>.*)/' }, [
    ['method', ['GET', 'POST']],
    ['path', ['/x', '/y']],
  ])
  const polluting = made(
    [frameOfFields([text('line', ['{"__proto__":{"x":1}}'])])],
    'extractFields',
    {
      source: 'line',
      format: 'json',
    },
  )
  expect(polluting).toHaveLength(1)
  expect(({} as { x?: number }).x).toBeUndefined()
})

test('partitionByValues: one frame for each value, told by labels or by name', () => {
  const table = frameOfFields([text('job', ['a', 'b', 'a']), number('v', [1, 2, 3])])
  const options = { fields: ['job'] }
  expect(made([table], 'partitionByValues', options)).toEqual([[['v', [1, 3]]], [['v', [2]]]])
  const labelled = applyTransformations([table], [{ id: 'partitionByValues', options }])
  expect(labelled.map(({ fields }) => fields[0]!.labels)).toEqual([{ job: 'a' }, { job: 'b' }])
  const named = applyTransformations(
    [table],
    [
      {
        id: 'partitionByValues',
        options: { ...options, keepFields: true, naming: { asLabels: false, withNames: true } },
      },
    ],
  )
  expect(named.map(({ name, fields }) => [name, fields.length])).toEqual([
    ['job a', 2],
    ['job b', 2],
  ])
  expect(made([table], 'partitionByValues', {})).toHaveLength(1)
})

test('prepareTimeSeries: many, wide and long hold the same values', () => {
  const frames = [
    series('A', [1, 2], [10, 20], { job: 'a' }),
    series('B', [2, 3], [30, 40], { job: 'b' }),
  ]
  expect(made(frames, 'prepareTimeSeries', { format: 'wide' })).toEqual([
    [
      ['Time', [1, 2, 3]],
      ['Value', [10, 20, null]],
      ['Value', [null, 30, 40]],
    ],
  ])
  const [long] = made(frames, 'prepareTimeSeries', { format: 'long' })
  expect(Object.fromEntries(long!)).toMatchObject({
    Time: [1, 2, 2, 3],
    job: ['a', 'a', 'b', 'b'],
    Value: [10, 20, 30, 40],
  })
  expect(made(frames, 'prepareTimeSeries', { format: 'many' })).toHaveLength(2)
})

test('timeSeriesTable: series of a query as rows of labels with a small chart each', () => {
  const frames = [
    series('A', [1, 2], [10, 20], { job: 'a' }),
    series('A', [1, 2], [30, 40], { job: 'b', host: 'h' }),
  ]
  const [table] = applyTransformations(frames, [
    { id: 'timeSeriesTable', options: { A: { stat: 'max' } } },
  ])
  expect(table!.fields.map(({ name }) => name)).toEqual(['job', 'host', 'Trend #A'])
  expect(table!.fields.slice(0, 2).map(cellsOf)).toEqual([
    ['a', 'b'],
    [null, 'h'],
  ])
  expect(
    (cellsOf(table!.fields[2]!) as Frame[]).map(({ meta }) => meta?.custom?.['value']),
  ).toEqual([20, 40])
})
