// A panel's settings over its data: defaults, then overrides in their order, field by field.
import type { DataLink, FieldConfig, FieldConfigSource } from '../dashboard.ts'
import type { Field, Frame } from '../frame.ts'
import { copyOfJson, isObject, type JsonObject } from '../json.ts'
import type { Scope } from '../variables/built-in-values.ts'
import type { Variables } from '../variables/variables.ts'
import { isColoredByValue } from './color-mode.ts'
import { type DisplayContext, displayProcessor, scaleOf, type ValueRange } from './display.ts'
import { fieldMatcher, type FieldTest } from './field-matcher.ts'
import { fieldName } from './field-name.ts'
import { reduceTo } from '../reduce.ts'

export interface FieldConfigContext extends DisplayContext {
  readonly fieldConfig: FieldConfigSource
  /** Fills in names, thresholds by expression, and links. */
  readonly variables?: Variables
  readonly scope?: Scope
}

interface Rule {
  readonly test: FieldTest
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[]
}

/**
 * Frames whose fields have their settings, `title`, `display`, `color` and `seriesIndex`. The data are shared with the
 * frames that were given.
 */
export function applyFieldConfig(frames: readonly Frame[], context: FieldConfigContext): Frame[] {
  const rules = context.fieldConfig.overrides.flatMap(({ matcher, properties }): Rule[] => {
    const test = fieldMatcher(matcher)
    return test === undefined ? [] : [{ test, properties }]
  })
  // As in the reference the first field decides: with limits of its own it gives them to those after it that lack one,
  // else all numbers of the panel do.
  let panelRange: ValueRange | undefined
  let seriesIndex = 0
  const configured = frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field): Field => {
      const config = configOf(field, frame, frames, context.fieldConfig.defaults, rules)
      const range = rangeOf(field, config, () => (panelRange ??= rangeOfAll(frames)))
      if (hasLimits(config)) panelRange ??= range
      const index = seriesIndex
      if (field.type !== 'time') seriesIndex++
      return { ...field, config, seriesIndex: index, ...(range === undefined ? {} : { range }) }
    }),
  }))
  return configured.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const title = titleOf(field, frame, configured, context)
      const titled = { ...field, title }
      const display = displayProcessor(titled, context)
      return { ...titled, display, color: seriesColor(titled, context) }
    }),
  }))
}

/** The colour of the whole series, where single values have others: that of its last, lowest or highest value. */
function seriesColor(field: Field, { theme }: FieldConfigContext): string {
  const { color } = field.config
  const scale = scaleOf(field, theme)
  if (!isColoredByValue(color?.mode) || field.type !== 'number') return scale(-Infinity).color
  const value = reduceTo(field, color?.seriesBy ?? 'last')
  return scale(typeof value === 'number' ? value : -Infinity).color
}

function configOf(
  field: Field,
  frame: Frame,
  frames: readonly Frame[],
  defaults: FieldConfig,
  rules: readonly Rule[],
): FieldConfig {
  const config = withDefaults(copyOfJson(field.config), field, defaults)
  const current = { ...field, config }
  for (const { test, properties } of rules) {
    if (!test(field === current ? field : current, frameWith(frame, field, current), frames))
      continue
    for (const { id, value } of properties) setProperty(config, id, value)
  }
  return checked(config)
}

/** Overrides look at the field as it is becoming, in its frame. */
function frameWith(frame: Frame, field: Field, current: Field): Frame {
  return { ...frame, fields: frame.fields.map((one) => (one === field ? current : one)) }
}

/** Settings that mean nothing to a field of texts or times. */
const NUMBER_ONLY: ReadonlySet<string> = new Set(['min', 'max', 'decimals', 'fieldMinMax'])

function withDefaults(config: FieldConfig, field: Field, defaults: FieldConfig): FieldConfig {
  const links = [...(config.links ?? []), ...(defaults.links ?? [])]
  const custom = { ...defaults.custom, ...config.custom }
  const merged: FieldConfig = { ...config }
  for (const [key, value] of Object.entries(defaults)) {
    if (value === null || value === undefined || key === 'custom' || key === 'links') continue
    if (NUMBER_ONLY.has(key) && field.type !== 'number') continue
    if (merged[key] === undefined || merged[key] === null) define(merged, key, copyOfJson(value))
  }
  if (links.length > 0) merged.links = links
  merged.custom = copyOfJson(custom)
  return merged
}

/** `custom.axis.label`: each step an own key; what would reach a prototype is refused. */
function setProperty(config: FieldConfig, id: string, value: unknown): void {
  const path = id.split('.')
  if (path.some((step) => step === '__proto__' || step === 'constructor' || step === 'prototype'))
    return
  let holder: JsonObject = config
  for (const step of path.slice(0, -1)) {
    const inner = Object.hasOwn(holder, step) ? holder[step] : undefined
    const next = isObject(inner) ? inner : {}
    if (next !== inner) define(holder, step, next)
    holder = next
  }
  const last = path.at(-1)!
  if (value === null || value === undefined) {
    delete holder[last]
    return
  }
  const before = Object.hasOwn(holder, last) ? holder[last] : undefined
  const isList = Array.isArray(value) && Array.isArray(before) && last !== 'steps'
  define(
    holder,
    last,
    copyOfJson(isList ? [...(value as unknown[]), ...(before as unknown[])] : value),
  )
}

function define(holder: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function checked(config: FieldConfig): FieldConfig {
  if (config.color === undefined) {
    if (config.thresholds !== undefined) config.color = { mode: 'thresholds' }
  } else if (!config.color.mode) delete config.color
  const { min, max } = config
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    config.min = max
    config.max = min
  }
  return config
}

/** Lowest and highest number of all fields; undefined when there is none. */
function rangeOfAll(frames: readonly Frame[]): ValueRange | undefined {
  let [min, max] = [Infinity, -Infinity]
  for (const { fields } of frames) {
    for (const { type, values } of fields) {
      if (type !== 'number' || !(values instanceof Float64Array)) continue
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!
        if (value < min) min = value
        if (value > max) max = value
      }
    }
  }
  return min > max ? undefined : { min, max }
}

function rangeOf(
  field: Field,
  config: FieldConfig,
  panelRange: () => ValueRange | undefined,
): ValueRange | undefined {
  const { min, max } = config
  if (typeof min === 'number' && typeof max === 'number') return { min, max }
  if (field.type !== 'number') return undefined
  if (config['fieldMinMax'] === true) {
    const [low, high] = [reduceTo(field, 'min'), reduceTo(field, 'max')]
    return { min: min ?? (low as number), max: max ?? (high as number) }
  }
  // Without any number null counts as 0, as in the reference.
  const whole = panelRange()
  return { min: min ?? whole?.min ?? 0, max: max ?? whole?.max ?? 0 }
}

function hasLimits({ min, max }: FieldConfig): boolean {
  return typeof min === 'number' && typeof max === 'number'
}

/** The name with `${__field.labels.job}`, `${__series.name}` and variables filled in. */
function titleOf(
  field: Field,
  frame: Frame,
  frames: readonly Frame[],
  { variables, scope }: FieldConfigContext,
): string {
  const { displayName } = field.config
  const plain = { ...field, config: { ...field.config, displayName: '' } }
  if (
    displayName === undefined ||
    displayName === null ||
    displayName === '' ||
    !displayName.includes('$')
  ) {
    return fieldName(field, frame, frames)
  }
  const own = fieldName(
    plain,
    { ...frame, fields: frame.fields.map((one) => (one === field ? plain : one)) },
    frames,
  )
  const paths = fieldPaths(field, own, frame)
  if (variables === undefined) return displayName
  return variables.interpolate(displayName, { ...scope, paths })
}

/** What `__field`, `__series` and `__cell` name. */
function fieldPaths(field: Field, title: string, frame: Frame): Map<string, string> {
  const paths = new Map([
    ['__field.name', title],
    ['__field.displayName', title],
    ['__series.name', frame.name ?? title],
    ['__field.labels', labelText(field)],
    ['__field', title],
  ])
  for (const [label, value] of Object.entries(field.labels ?? {})) {
    paths.set(`__field.labels.${label}`, value)
    paths.set(`__field.labels["${label}"]`, value)
    paths.set(`__labels.${label}`, value)
  }
  return paths
}

function labelText({ labels = {} }: Field): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')
}

export interface ResolvedLink {
  readonly title: string
  readonly url: string
  readonly targetBlank: boolean
}

/** Only these lead anywhere; a link of another kind is left out. */
const SAFE_LINK = /^(https?:|mailto:|\/|\.|#|\?|[\w-]+(?:[/?#]|$))/i

/**
 * The links of one value, filled in. What would run a script is left out.
 *
 * @param row  of the value; undefined for a reduced one
 */
export function linksOf(
  field: Field,
  frame: Frame,
  row: number | undefined,
  value: unknown,
  variables: Variables,
  scope: Scope,
): ResolvedLink[] {
  const links: readonly DataLink[] = field.config.links ?? []
  if (links.length === 0) return []
  const paths = fieldPaths(field, field.title ?? field.name, frame)
  const shown = field.display?.(value)
  if (shown !== undefined) {
    paths.set('__value.text', `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`)
    paths.set('__value.numeric', String(shown.numeric))
  }
  paths.set('__value.raw', value === null || value === undefined ? '' : String(value as number))
  paths.set('__value', paths.get('__value.raw')!)
  if (row !== undefined) addRow(paths, frame, row)
  return links.flatMap(({ title, url, targetBlank }): ResolvedLink[] => {
    if (typeof url !== 'string') return []
    const filled = variables.interpolate(url, { ...scope, paths }, 'percentencode').trim()
    if (!SAFE_LINK.test(filled)) return []
    const text = variables.interpolate(title ?? '', { ...scope, paths }, 'text')
    return [{ title: text || filled, url: filled, targetBlank: targetBlank === true }]
  })
}

function addRow(paths: Map<string, string>, frame: Frame, row: number): void {
  frame.fields.forEach((field, i) => {
    const cell = field.values[row]
    const text = cell === undefined || cell === null ? '' : String(cell as number)
    const shown = field.display?.(cell)
    for (const name of [`fields.${field.name}`, `fields["${field.name}"]`, `fields[${i}]`]) {
      paths.set(
        `__data.${name}`,
        shown === undefined ? text : `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`,
      )
      paths.set(`__data.${name}.text`, shown?.text ?? text)
      paths.set(`__data.${name}.numeric`, text)
    }
    if (field.type === 'time') paths.set('__value.time', text)
  })
}
