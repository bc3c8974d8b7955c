import { expect, test } from 'vitest'
import { words as en } from '../text/en-editor.ts'
import { optionsOf, PANEL_OPTIONS } from './panel-options.ts'

test('every option has words and stands once in a kind of panel', () => {
  for (const { label, group } of PANEL_OPTIONS)
    expect([label in en, group in en]).toEqual([true, true])
  const paths = optionsOf('timeseries').map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  expect(optionsOf('gauge').some(({ path }) => path.includes('drawStyle'))).toBe(false)
})
