import { expect, test } from 'vitest'
import { overrideSettings } from './override-settings.ts'

test('options that lie in one object are one setting, named as files name it', () => {
  const settings = overrideSettings('timeseries')
  const partsOf = (id: string) =>
    settings.find((one) => one.id === id)?.parts.map(({ path }) => path)
  expect(partsOf('color')).toEqual(['mode', 'fixedColor'])
  expect(partsOf('unit')).toEqual([''])
  expect(partsOf('custom.lineStyle')).toEqual(['fill'])
  expect(partsOf('custom.lineWidth')).toEqual([''])
  expect(partsOf('links')).toEqual([''])
  expect(settings.every(({ id }) => id.split('.').length <= 2)).toBe(true)
  expect(settings.some(({ id }) => id.startsWith('options') || id === 'title')).toBe(false)
})
