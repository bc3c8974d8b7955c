import { ABSENT, isAbsent } from '@pharos/model'
import { expect, test } from 'vitest'
import { type Frame, frameOfFields } from '../frame.ts'
import { gridLayout } from '../layout/grid-layout.ts'
import { loadDashboard } from '../load-dashboard.ts'
import { Variables } from '../variables/variables.ts'
import { frameJson, frameOfJson } from './frame-json.ts'
import { heldFrames, snapshotOf } from './snapshot.ts'

const FRAME: Frame = frameOfFields(
  [
    {
      name: 'Time',
      type: 'time',
      config: { interval: 15_000 },
      values: Float64Array.of(0, 15_000),
    },
    {
      name: 'up',
      type: 'number',
      labels: { job: 'a', __proto__x: 'b' },
      config: { displayNameFromDS: 'a' },
      values: Float64Array.of(1, 2),
    },
  ],
  { refId: 'A', name: 'up', meta: { type: 'timeseries-multi' } },
)

test('a frame is the same after it was JSON, with NaN, infinities and gaps', () => {
  const values = Float64Array.of(NaN, Infinity, -Infinity, ABSENT, -0.1, 5e-324)
  const frame = frameOfFields([
    { name: 'v', type: 'number', config: {}, values },
    { name: 's', type: 'string', config: {}, values: ['a', null, '', 'NaN', 'b', 'c'] },
  ])
  const json = JSON.parse(JSON.stringify(frameJson(frame))) as ReturnType<typeof frameJson>
  const back = frameOfJson(json)
  expect(back.fields[1]!.values).toEqual(frame.fields[1]!.values)
  const numbers = back.fields[0]!.values as Float64Array
  expect([...numbers].map((one) => (isAbsent(one) ? 'absent' : String(one)))).toEqual([
    'NaN',
    'Infinity',
    '-Infinity',
    'absent',
    '-0.1',
    '5e-324',
  ])
  expect(frameOfJson(JSON.parse(JSON.stringify(frameJson(FRAME))))).toEqual(FRAME)
})

test('what is no frame has no fields, and rows beyond the cells make none', () => {
  expect(frameOfJson({}).fields).toEqual([])
  const odd = {
    schema: { fields: [{ name: 1, type: 'constructor', config: null }, 'x'] },
    data: { values: [[1, 2]], entities: [{ NaN: [7, '__proto__', -1] }] },
  }
  expect(frameOfJson(odd)).toMatchObject({ length: 2, fields: [{ name: '', type: 'other' }] })
  expect(Object.hasOwn(Object.prototype, 'NaN')).toBe(false)
})

test('a snapshot shows the same panels without a question: repeats apart, variables fixed, times absolute', () => {
  const { dashboard } = loadDashboard({
    uid: 'u',
    id: 7,
    version: 3,
    title: 'About $host',
    schemaVersion: 41,
    time: { from: 'now-1h', to: 'now' },
    refresh: '5s',
    somebodys: 1,
    templating: {
      list: [
        {
          type: 'custom',
          name: 'host',
          query: 'a,b',
          multi: true,
          includeAll: true,
          current: { text: ['All'], value: ['$__all'] },
        },
      ],
    },
    panels: [
      {
        id: 1,
        type: 'row',
        title: 'Closed',
        collapsed: false,
        gridPos: { x: 0, y: 0, w: 24, h: 1 },
      },
      {
        id: 2,
        type: 'timeseries',
        title: 'Load of $host',
        description: '$host of ${job}',
        fieldConfig: { defaults: { links: [{ title: 'l', url: '/x?h=${host}' }] }, overrides: [] },
        repeat: 'host',
        gridPos: { x: 0, y: 1, w: 24, h: 8 },
        targets: [{ refId: 'A', expr: 'up{host="$host"}' }],
      },
    ],
  })
  const variables = Variables.of(dashboard)
  const panels = gridLayout(dashboard, variables).panels.map((placed) => ({
    placed,
    frames: placed.isRow ? [] : [FRAME],
  }))
  const made = snapshotOf(dashboard, panels, variables, { fromMs: 0, toMs: 3_600_000 })
  expect(made).not.toHaveProperty('uid')
  expect(made).not.toHaveProperty('version')
  expect(made).toMatchObject({
    title: 'About {a,b}',
    time: { from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T01:00:00.000Z' },
    refresh: '',
    somebodys: 1,
    panels: [
      { id: 1, type: 'row', collapsed: false },
      { id: 2, title: 'Load of a' },
      { id: 3, title: 'Load of b' },
    ],
  })
  const loaded = loadDashboard(JSON.parse(JSON.stringify(made)))
  expect(loaded.problems).toEqual([])
  const again = Variables.of(loaded.dashboard)
  expect(again.get('host')!.current).toEqual({ text: ['a', 'b'], value: ['a', 'b'] })
  const laid = gridLayout(loaded.dashboard, again).panels
  expect(laid.map(({ panel }) => panel.title)).toEqual(['Closed', 'Load of a', 'Load of b'])
  expect(laid.map(({ at }) => at)).toEqual(panels.map(({ placed }) => placed.at))
  const second = laid[2]!.panel
  expect(heldFrames(second)).toEqual([FRAME])
  expect(second.description).toBe('b of ${job}')
  expect(second.fieldConfig.defaults.links?.[0]?.url).toBe('/x?h=b')
})
