import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  NEW_PANEL,
  type QueryPanelState,
  readQueryLink,
  stepSecondsFor,
  STEPS_MAX,
  writeQueryLink,
} from './query-link.ts'

test('a link of Prometheus 3 opens with all that it says', () => {
  const [first, second] = readQueryLink(
    '?g0.expr=rate(a%5B5m%5D)&g0.show_tree=0&g0.tab=graph&g0.range_input=30m&g0.end_input=2026-11-21%2008:30:00' +
      '&g0.res_type=fixed&g0.res_step=60&g0.display_mode=stacked&g0.show_exemplars=0' +
      '&g1.expr=up&g1.tab=table&g1.range_input=1h&g1.res_type=auto&g1.res_density=high&g1.show_tree=1',
  )
  expect(first).toEqual({
    expr: 'rate(a[5m])',
    tab: 'graph',
    rangeSeconds: 1800,
    endMs: Date.UTC(2026, 10, 21, 8, 30),
    display: 'stacked',
    resolution: { kind: 'fixed', stepSeconds: 60 },
    kept: [],
  })
  expect(second?.resolution).toEqual({ kind: 'auto', density: 'high' })
  expect(second?.kept).toEqual([['show_tree', '1']])
})

test('a link of Prometheus 2 opens on the right tab, stacked, with its step', () => {
  const [panel] = readQueryLink(
    'g0.expr=up&g0.tab=0&g0.stacked=1&g0.range_input=2h&g0.step_input=15',
  )
  expect(panel).toMatchObject({
    tab: 'graph',
    display: 'stacked',
    rangeSeconds: 7200,
    resolution: { kind: 'custom', stepSeconds: 15 },
  })
  expect(readQueryLink('g0.expr=up&g0.tab=1')[0]?.tab).toBe('table')
})

test('an address without panels, or with broken fields, opens an ordinary panel', () => {
  expect(readQueryLink('')).toEqual([NEW_PANEL])
  expect(readQueryLink('?theme=dark&gx.expr=1')).toEqual([NEW_PANEL])
  expect(
    readQueryLink('g0.expr=up&g0.range_input=never&g0.end_input=soon&g0.res_step=-4')[0],
  ).toMatchObject({
    rangeSeconds: 3600,
    endMs: undefined,
    resolution: { kind: 'auto', density: 'medium' },
  })
  expect(
    readQueryLink(Array.from({ length: 90 }, (_, i) => `g${i}.expr=a`).join('&')),
  ).toHaveLength(50)
})

test('what is written is read again', () => {
  const panel: fc.Arbitrary<QueryPanelState> = fc.record({
    expr: fc.string(),
    tab: fc.constantFrom('table', 'graph'),
    rangeSeconds: fc.integer({ min: 1, max: 10_000_000 }),
    endMs: fc.option(
      fc.integer({ min: 1e9, max: 4e9 }).map((s) => s * 1000),
      { nil: undefined },
    ),
    display: fc.constantFrom('lines', 'stacked'),
    resolution: fc.oneof(
      fc.record({
        kind: fc.constant('auto' as const),
        density: fc.constantFrom('low', 'medium', 'high'),
      }),
      fc.record({
        kind: fc.constantFrom('fixed', 'custom'),
        stepSeconds: fc.integer({ min: 1, max: 86400 }),
      }),
    ),
    kept: fc.constantFrom([], [['show_tree', '1'] as const]),
  })
  fc.assert(
    fc.property(fc.array(panel, { minLength: 1, maxLength: 4 }), (panels) => {
      expect(readQueryLink(writeQueryLink(panels))).toEqual(panels)
    }),
  )
})

test('the step never asks for more points than a server gives', () => {
  expect(stepSecondsFor(3600, { kind: 'auto', density: 'medium' })).toBe(14)
  expect(stepSecondsFor(60, { kind: 'auto', density: 'medium' })).toBe(0.2)
  expect(stepSecondsFor(86400 * 365, { kind: 'custom', stepSeconds: 1 })).toBeGreaterThan(
    (86400 * 365) / STEPS_MAX - 1,
  )
})
