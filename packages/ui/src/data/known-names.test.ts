import { frameOfFields } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { knownNames } from './known-names.ts'

test('names are those that people see, each once', () => {
  const frame = (refId: string, job: string) => ({
    ...frameOfFields([
      { name: 'Time', type: 'time' as const, values: Float64Array.of(1), config: {} },
      {
        name: 'Value',
        type: 'number' as const,
        values: Float64Array.of(1),
        labels: { job, a: 'b' },
        config: { displayNameFromDS: `of ${job}` },
      },
    ]),
    refId,
  })
  expect(knownNames([frame('A', 'x'), frame('A', 'y'), frame('B', 'x')])).toEqual({
    fields: ['Time', 'of x', 'of y'],
    labels: ['a', 'job'],
    refIds: ['A', 'B'],
  })
})
