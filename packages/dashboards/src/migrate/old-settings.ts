// Small forms that several old panels share: calculations, thresholds, mappings.
import type { FieldConfig, Thresholds, ValueMapping } from '../dashboard.ts'
import { type JsonObject, numberOf, objectsOf, scalarText } from '../json.ts'

const CALCS: Readonly<Record<string, string>> = {
  current: 'lastNotNull',
  avg: 'mean',
  min: 'min',
  max: 'max',
  total: 'sum',
  sum: 'sum',
  first: 'firstNotNull',
  delta: 'delta',
  diff: 'diff',
  range: 'range',
  count: 'count',
  name: 'lastNotNull',
  last: 'lastNotNull',
  mean: 'mean',
  last_time: 'lastNotNull',
}

/** The reducer that an old name means. */
export function calcOf(name: unknown): string {
  const text = scalarText(name)
  return Object.hasOwn(CALCS, text) ? CALCS[text]! : text || 'mean'
}

/** `"50,80"` with three colours. */
export function thresholdsOf(limits: unknown, colors: unknown): Thresholds | undefined {
  const values = (Array.isArray(limits) ? limits : scalarText(limits).split(','))
    .map((one) => Number.parseFloat(scalarText(one)))
    .filter((one) => !Number.isNaN(one))
  const names = Array.isArray(colors) ? colors.map(scalarText) : []
  if (names.length === 0) return undefined
  const steps = [null, ...values]
    .slice(0, names.length)
    .map((value, i) => ({ value, color: names[i]! }))
  return { mode: 'absolute', steps }
}

/** `valueMaps` and `rangeMaps`, of which `mappingType` (2 for ranges) says which counts. */
export function mappingsOf(panel: JsonObject): ValueMapping[] {
  const isRanges = panel['mappingType'] === 2
  const maps = objectsOf(panel[isRanges ? 'rangeMaps' : 'valueMaps'])
  return maps.flatMap((map): ValueMapping[] => {
    const text = scalarText(map['text'])
    if (isRanges) {
      const [from, to] = [scalarText(map['from']), scalarText(map['to'])]
      if (from === 'null' || to === 'null') return [special(text)]
      return [{ type: 'range', options: { from: Number(from), to: Number(to), result: { text } } }]
    }
    const value = scalarText(map['value'])
    return value === 'null' ? [special(text)] : [{ type: 'value', options: { [value]: { text } } }]
  })
}

/** Of schema 29 and before: `{ id, type: 1 | 2, value | from, to, text }`. */
export function modernMappings(mappings: unknown): ValueMapping[] | undefined {
  const list = objectsOf(mappings)
  if (list.every(({ type }) => typeof type === 'string')) return undefined
  return list.flatMap((one): ValueMapping[] => {
    // The cast: a text says that it is a new one.
    if (typeof one['type'] === 'string') return [one as ValueMapping]
    const isRange = one['type'] === 2
    return mappingsOf({
      mappingType: isRange ? 2 : 1,
      [isRange ? 'rangeMaps' : 'valueMaps']: [one],
    })
  })
}

function special(text: string): ValueMapping {
  return { type: 'special', options: { match: 'null', result: { text } } }
}

/** What was set and is no default: undefined and '' are left out. */
export function given(config: JsonObject): FieldConfig {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([, value]) => value !== undefined && value !== '' && value !== null,
    ),
  )
}

/** A limit of an axis: a number, or a number as text. */
export function limitOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number.parseFloat(scalarText(value))
  return numberOf(Number.isNaN(number) ? undefined : number)
}
