import {
  applyFieldConfig,
  columnOf,
  type Field,
  frameOfFields,
  type JsonObject,
} from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { panelTheme } from './panel-theme.ts'
import { tickTexts } from './tick-texts.ts'

function fieldOf(defaults: JsonObject): Field {
  const field: Field = { name: 'v', type: 'number', values: columnOf('number', [0, 1]), config: {} }
  const [frame] = applyFieldConfig([frameOfFields([field])], {
    fieldConfig: { defaults, overrides: [] },
    theme: panelTheme('light'),
    nowMs: 0,
  })
  return frame!.fields[0]!
}

test('labels of an axis have the same decimals, as few as tell them apart truly', () => {
  const check = (defaults: JsonObject, splits: number[], texts: string[]) =>
    expect(tickTexts(fieldOf(defaults), splits)).toEqual(texts)
  check({}, [0, 0.5, 1, 1.5, 2], ['0', '0.5', '1', '1.5', '2'])
  check({ unit: 'short' }, [0, 0.5, 1, 1.5, 2], ['0', '0.5', '1', '1.5', '2'])
  check({}, [0, 10, 20], ['0', '10', '20'])
  check({ unit: 'percentunit' }, [0, 0.25, 0.5], ['0%', '25%', '50%'])
  check({ unit: 'bytes' }, [0, 2 ** 33, 2 ** 34], ['0 B', '8 GiB', '16 GiB'])
  check({ decimals: 2 }, [0, 1], ['0.00', '1.00'])
})
