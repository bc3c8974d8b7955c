// Options that need nobody's answer: custom, interval, datasource, constant, textbox.
import type { VariableModel } from '../dashboard.ts'
import { isObject, objectsOf, scalarText, textOf } from '../json.ts'
import { filterByRegex } from './option-regex.ts'
import type { DataSourceInfo, VariableOption } from './variable.ts'

/** What an `auto` interval is called before it is filled in. */
export const AUTO_INTERVAL = '$__auto'

/** Undefined for kinds whose options have to be asked for, or that have none. */
export function staticOptions(
  model: VariableModel,
  dataSources: readonly DataSourceInfo[],
): VariableOption[] | undefined {
  const query = textOf(model.query) ?? ''
  switch (model.type) {
    case 'custom':
      return query === '' ? storedOptions(model) : customOptions(query)
    case 'interval': {
      const options = listed(query).map((text) => ({ text, value: text }))
      return model.auto === true ? [{ text: 'auto', value: AUTO_INTERVAL }, ...options] : options
    }
    case 'datasource':
      return dataSourceOptions(query, model.regex ?? '', dataSources)
    case 'constant':
      return [{ text: query, value: query }]
    case 'textbox':
      return []
    case 'switch': {
      const on = textOf(model['enabledValue']) ?? 'true'
      const off = textOf(model['disabledValue']) ?? 'false'
      return [on, off].map((text) => ({ text, value: text }))
    }
    case 'snapshot':
      return storedOptions(model)
    default:
      return undefined
  }
}

/** `a, b\,c, Text : value`; a value that is JSON's own list is one too. */
function customOptions(query: string): VariableOption[] {
  const fromJson = jsonOptions(query)
  if (fromJson !== undefined) return fromJson
  return listed(query).map((item) => {
    const pair = /^(.+?)\s+:\s+(.+)$/s.exec(item)
    return pair === null ? { text: item, value: item } : { text: pair[1]!, value: pair[2]! }
  })
}

function jsonOptions(query: string): VariableOption[] | undefined {
  if (!query.trimStart().startsWith('[')) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(query)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (!Array.isArray(parsed) || !parsed.every(isObject)) return undefined
  return parsed.map((one) => {
    const value = scalarText(one['value'])
    return { text: scalarText(one['text']) || value, value }
  })
}

function listed(query: string): string[] {
  return (query.match(/(?:\\,|[^,])+/g) ?? [])
    .map((item) => item.replaceAll('\\,', ',').trim())
    .filter((item) => item !== '')
}

export function storedOptions(model: VariableModel): VariableOption[] {
  return objectsOf(model.options).flatMap(({ text, value }) => {
    const shown = scalarText(value)
    if (shown === '' || shown === '$__all') return []
    return [{ text: typeof text === 'string' ? text : shown, value: shown }]
  })
}

function dataSourceOptions(
  type: string,
  regex: string,
  dataSources: readonly DataSourceInfo[],
): VariableOption[] {
  const fitting = dataSources.filter((one) => type === '' || one.type === type)
  const passed = new Set(
    filterByRegex(
      fitting.map(({ name }) => name),
      regex,
    ).map(({ text }) => text),
  )
  return fitting
    .filter(({ name }) => regex === '' || passed.has(name))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
    .map(({ name, uid }) => ({ text: name, value: uid }))
}
