import type { ValueMapping, ValueMappingResult } from '../dashboard.ts'
import { patternOf } from '../pattern.ts'

/** What the first mapping that fits makes of a value. */
export function mappedValue(
  mappings: readonly ValueMapping[],
  value: unknown,
): ValueMappingResult | undefined {
  for (const mapping of mappings) {
    const result = resultOf(mapping, value)
    if (result !== undefined) return result
  }
  return undefined
}

function resultOf(mapping: ValueMapping, value: unknown): ValueMappingResult | undefined {
  switch (mapping.type) {
    case 'value': {
      if (value === null || value === undefined) return undefined
      const key = String(value as number | string | boolean)
      return Object.hasOwn(mapping.options, key) ? mapping.options[key] : undefined
    }
    case 'range': {
      const number = Number.parseFloat(String(value as number | string))
      const { from, to, result } = mapping.options
      if (Number.isNaN(number) || number < (from ?? -Infinity) || number > (to ?? Infinity))
        return undefined
      return result
    }
    case 'regex':
      return typeof value === 'string' ? patternResult(mapping.options, value) : undefined
    case 'special':
      return isSpecial(mapping.options.match, value) ? mapping.options.result : undefined
    default:
      return undefined
  }
}

function patternResult(
  { pattern, result }: { readonly pattern: string; readonly result: ValueMappingResult },
  value: string,
): ValueMappingResult | undefined {
  const regex = patternOf(pattern)
  if (regex === undefined || value.match(regex) === null) return undefined
  if (result.text === undefined || result.text === null) return result
  return { ...result, text: value.replace(regex, result.text) }
}

function isSpecial(match: string, value: unknown): boolean {
  const isNull = value === null || value === undefined
  switch (match) {
    case 'null':
      return isNull
    case 'nan':
      return Number.isNaN(value)
    case 'null+nan':
      return isNull || Number.isNaN(value)
    case 'true':
      return value === true || value === 'true'
    case 'false':
      return value === false || value === 'false'
    case 'empty':
      return value === ''
    default:
      return false
  }
}
