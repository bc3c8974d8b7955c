import { type Dashboard, loadDashboard } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { edited, historyOf, panelById, redone, undone } from './dashboard-edits.ts'
import { duplicatedPanel, movedPanel, newPanel, withNewPanel, withPanel } from './panel-edits.ts'

const box = (id: number, x: number, y: number, w = 12, h = 8) => ({
  id,
  type: 'timeseries',
  title: `p${id}`,
  gridPos: { x, y, w, h },
  x: 'kept',
})
const dashboardOf = (panels: object[]): Dashboard =>
  loadDashboard({ title: 'd', schemaVersion: 39, panels }).dashboard
const places = (dashboard: Dashboard) =>
  Object.fromEntries(dashboard.panels.map(({ id, gridPos: { x, y } }) => [id, [x, y]]))

test('every step can be taken back, and again', () => {
  const first = dashboardOf([box(1, 0, 0)])
  const second = { ...first, title: 'second' }
  const history = edited(historyOf(first), second)
  expect(undone(history).present).toBe(first)
  expect(redone(undone(history)).present).toBe(second)
  expect(undone(undone(history)).present).toBe(first)
  expect(edited(history, second)).toBe(history)
})

test('a panel that moves makes the others move up or out of its way', () => {
  const dashboard = dashboardOf([box(1, 0, 0), box(2, 0, 8), box(3, 12, 0)])
  expect(places(movedPanel(dashboard, 2, { x: 0, y: -0.5, w: 12, h: 8 }))).toEqual({
    1: [0, 8],
    2: [0, 0],
    3: [12, 0],
  })
})

test('a panel inside of a closed row is found, changed and copied there', () => {
  const row = {
    id: 9,
    type: 'row',
    title: 'r',
    collapsed: true,
    gridPos: { x: 0, y: 8, w: 24, h: 1 },
    panels: [box(2, 0, 9)],
  }
  const dashboard = dashboardOf([box(1, 0, 0), row])
  const changed = withPanel(dashboard, 2, (panel) => ({ ...panel, title: 'new' }))
  expect(panelById(changed, 2)?.title).toBe('new')
  expect(panelById(dashboard, 2)?.title).toBe('p2')
  const copied = duplicatedPanel(dashboard, 2)
  expect(copied.panels.find(({ id }) => id === 9)?.panels?.map(({ id }) => id)).toEqual([2, 10])
  expect(panelById(copied, 10)).toMatchObject({ title: 'p2', x: 'kept' })
})

test('a new panel stands on top and has a number of its own', () => {
  const { dashboard, id } = withNewPanel(dashboardOf([box(7, 0, 0)]), newPanel('up'))
  expect(id).toBe(8)
  expect(places(dashboard)).toEqual({ 8: [0, 0], 7: [0, 8] })
})
