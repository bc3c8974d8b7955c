import { expect, test } from 'vitest'
import type { GridPos, Panel } from './dashboard.ts'
import { compacted, gridLayout } from './grid-layout.ts'

function panel(id: number, gridPos: GridPos, rest: Partial<Panel> = {}): Panel {
  return {
    id,
    type: 'timeseries',
    title: String(id),
    gridPos,
    targets: [],
    transformations: [],
    fieldConfig: { defaults: {}, overrides: [] },
    options: {},
    ...rest,
  }
}

const box = (x: number, y: number, w = 12, h = 8): GridPos => ({ x, y, w, h })

test('panels move up until another one stands in their way', () => {
  expect(compacted([box(0, 5), box(12, 100, 12, 2), box(12, 200)])).toEqual([
    box(0, 0),
    box(12, 0, 12, 2),
    box(12, 2),
  ])
})

test('boxes that are too wide, outside or no boxes at all are moved into the grid', () => {
  expect(compacted([box(20, 0, 40, 0), box(-5, -5, 0, 3)])).toEqual([
    { x: 0, y: 0, w: 24, h: 1 },
    { x: 0, y: 1, w: 1, h: 3 },
  ])
})

test('what a closed row hides takes no room, and an open row closes the hole that its file left', () => {
  const inner = [panel(3, box(0, 1001)), panel(4, box(12, 1001))]
  const row = panel(2, box(0, 8, 24, 1), { type: 'row', collapsed: true, panels: inner })
  const panels = [
    panel(1, box(0, 0)),
    row,
    panel(5, box(0, 9, 24, 1), { type: 'row' }),
    panel(6, box(0, 10)),
  ]
  const tops = (placed: ReturnType<typeof gridLayout>) =>
    placed.map(({ panel: { id }, gridPos: { y } }) => [id, y])
  expect(tops(gridLayout(panels))).toEqual([
    [1, 0],
    [2, 8],
    [5, 9],
    [6, 10],
  ])
  expect(tops(gridLayout(panels, () => false))).toEqual([
    [1, 0],
    [2, 8],
    [3, 9],
    [4, 9],
    [5, 17],
    [6, 18],
  ])
})

test('a panel knows its row', () => {
  const placed = gridLayout([
    panel(1, box(0, 0)),
    panel(2, box(0, 8, 24, 1), { type: 'row' }),
    panel(3, box(0, 9)),
  ])
  expect(placed.map(({ row }) => row?.id)).toEqual([undefined, undefined, 2])
})
