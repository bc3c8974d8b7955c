import type { Panel } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { valueOfPath, withPath } from './json-path.ts'

const panel = {
  id: 1,
  type: 'stat',
  options: { a: 1, legend: { x: 1 } },
  fieldConfig: { defaults: {}, overrides: [] },
} as unknown as Panel

test('a value is set deep inside without touching what was there, and taken away again', () => {
  const changed = withPath(panel, 'options.legend.placement', 'right')
  expect(changed.options).toEqual({ a: 1, legend: { x: 1, placement: 'right' } })
  expect(panel.options).toEqual({ a: 1, legend: { x: 1 } })
  expect(valueOfPath(changed, 'options.legend.placement')).toBe('right')
  expect(withPath(changed, 'options.legend.placement', undefined)).toEqual(panel)
  expect(withPath(panel, 'fieldConfig.defaults.custom.lineWidth', 2).fieldConfig.defaults).toEqual({
    custom: { lineWidth: 2 },
  })
})

test('a path that leads nowhere holds nothing', () => {
  expect(valueOfPath(panel, 'options.constructor.name')).toBeUndefined()
})

test('an empty path is the whole', () => {
  expect(valueOfPath({ a: 1 }, '')).toEqual({ a: 1 })
  expect(withPath('red', '', 'blue')).toBe('blue')
  expect(withPath(undefined, 'mode', 'fixed')).toEqual({ mode: 'fixed' })
})
