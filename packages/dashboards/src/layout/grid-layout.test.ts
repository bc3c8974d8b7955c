import { expect, test } from 'vitest'
import { loadDashboard } from '../load-dashboard.ts'
import { Variables } from '../variables/variables.ts'
import { gridLayout, type LayoutOptions } from './grid-layout.ts'

type Box = readonly [x: number, y: number, w: number, h: number]

function panel(id: number, [x, y, w, h]: Box, rest: object = {}): object {
  return { id, type: 'timeseries', gridPos: { x, y, w, h }, ...rest }
}

/** `key x,y wxh` of every panel that is to be seen. */
function laidOut(panels: object[], options: LayoutOptions = {}, list: object[] = []): string[] {
  const { dashboard } = loadDashboard({ schemaVersion: 42, panels, templating: { list } })
  const { panels: placed } = gridLayout(dashboard, Variables.of(dashboard), options)
  return placed.map(({ key, at: { x, y, w, h } }) => `${key} ${x},${y} ${w}x${h}`)
}

test('panels move up until another one stands in their way', () => {
  const boxes = [panel(1, [0, 5, 12, 8]), panel(2, [12, 100, 12, 2]), panel(3, [12, 200, 12, 8])]
  expect(laidOut(boxes)).toEqual(['1 0,0 12x8', '2 12,0 12x2', '3 12,2 12x8'])
})

test('boxes that are too wide, outside or no boxes at all are moved into the grid', () => {
  expect(laidOut([panel(1, [20, 0, 40, 0]), panel(2, [-5, 5, 0, 3])])).toEqual([
    '1 0,0 24x1',
    '2 0,1 1x3',
  ])
})

test('what a closed row hides takes no room, and an open row closes the hole that its file left', () => {
  const inner = [panel(3, [0, 1001, 12, 8]), panel(4, [12, 1001, 12, 8])]
  const panels = [
    panel(1, [0, 0, 12, 8]),
    panel(2, [0, 8, 24, 1], { type: 'row', collapsed: true, panels: inner }),
    panel(5, [0, 9, 24, 1], { type: 'row' }),
    panel(6, [0, 10, 12, 8]),
  ]
  expect(laidOut(panels)).toEqual(['1 0,0 12x8', '2 0,8 24x1', '5 0,9 24x1', '6 0,10 12x8'])
  expect(laidOut(panels, { collapsed: new Map([['2', false]]) })).toEqual([
    '1 0,0 12x8',
    '2 0,8 24x1',
    '3 0,9 12x8',
    '4 12,9 12x8',
    '5 0,17 24x1',
    '6 0,18 12x8',
  ])
})

const HOSTS = {
  type: 'custom',
  name: 'host',
  query: 'a,b,c',
  multi: true,
  current: { value: ['a', 'b', 'c'] },
}

test('a panel is repeated side by side, and what stands below moves down by what it grew', () => {
  const repeated = panel(1, [0, 0, 24, 4], { repeat: 'host', maxPerRow: 2 })
  expect(laidOut([repeated, panel(2, [0, 4, 24, 3])], {}, [HOSTS])).toEqual([
    '1 0,0 12x4',
    '1-b 12,0 12x4',
    '1-c 0,4 12x4',
    '2 0,8 24x3',
  ])
  const down = panel(1, [4, 0, 8, 4], { repeat: 'host', repeatDirection: 'v' })
  expect(laidOut([down], {}, [HOSTS])).toEqual(['1 4,0 8x4', '1-b 4,4 8x4', '1-c 4,8 8x4'])
})

test('a row is repeated with all it holds', () => {
  const panels = [panel(1, [0, 0, 24, 1], { type: 'row', repeat: 'host' }), panel(2, [0, 1, 12, 4])]
  expect(laidOut(panels, { collapsed: new Map([['1-b', true]]) }, [HOSTS])).toEqual([
    '1 0,0 24x1',
    '2 0,1 12x4',
    '1-b 0,5 24x1',
    '1-c 0,6 24x1',
    '2-c 0,7 12x4',
  ])
})
