// Settings that come from another query: a limit as the maximum, a threshold, a unit.
import type { FieldConfig, Matcher } from '../dashboard.ts'
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import type { Frame } from '../frame.ts'
import { isObject, objectsOf, scalarText } from '../json.ts'
import { reduceTo } from '../reduce.ts'
import type { Transform } from './transform.ts'

const TEXTS: ReadonlySet<string> = new Set(['unit', 'displayName', 'noValue', 'description'])
const NUMBERS: ReadonlySet<string> = new Set(['min', 'max', 'decimals'])

export const configFromData: Transform = (frames, options) => {
  const refId = scalarText(options['configRefId']) || 'config'
  const source = frames.find((frame) => frame.refId === refId)
  if (source === undefined) return frames
  const found = configIn(source, objectsOf(options['mappings']))
  const applyTo = options['applyTo']
  const isMeant = isObject(applyTo)
    ? // The cast: read without trust in `fieldMatcher`.
      fieldMatcher(applyTo as Matcher)
    : fieldMatcher({ id: 'numeric' })
  return frames
    .filter((frame) => frame !== source)
    .map((frame) => ({
      ...frame,
      fields: frame.fields.map((field) =>
        isMeant?.(field, frame, frames) === true
          ? { ...field, config: { ...field.config, ...found } }
          : field,
      ),
    }))
}

function configIn(source: Frame, mappings: ReturnType<typeof objectsOf>): FieldConfig {
  const config: FieldConfig = {}
  const steps: { value: number | null; color: string }[] = []
  for (const field of source.fields) {
    const name = fieldName(field, source, [source])
    const mapping = mappings.find((one) => one['fieldName'] === name)
    const key = scalarText(mapping?.['handlerKey']) || name.toLowerCase()
    const value = reduceTo(field, scalarText(mapping?.['reducerId']) || 'lastNotNull')
    if (value === null || key === '__ignore') continue
    if (TEXTS.has(key)) Object.assign(config, { [key]: scalarText(value) })
    else if (NUMBERS.has(key)) Object.assign(config, { [key]: Number(value) })
    else if (key === 'color') config.color = { mode: 'fixed', fixedColor: scalarText(value) }
    else if (/^threshold\d*$/.test(key)) steps.push({ value: Number(value), color: 'red' })
  }
  if (steps.length > 0)
    config.thresholds = { mode: 'absolute', steps: [{ value: null, color: 'green' }, ...steps] }
  return config
}
