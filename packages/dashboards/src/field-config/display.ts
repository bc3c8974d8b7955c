// A field's settings as the function that shows its values.
import type { FieldConfig, Thresholds } from '../dashboard.ts'
import type { Field } from '../frame.ts'
import { reduceField } from '../reduce.ts'
import type { Zone } from '../time/zone.ts'
import { valueFormat } from '../units/value-format.ts'
import { colorOf, type ColorOf, continuousStops } from './color-mode.ts'
import type { DisplayProcessor, DisplayValue, ValueFormat } from './display-value.ts'
import type { DashboardTheme } from './named-color.ts'
import { mappedValue } from './value-mapping.ts'

export interface DisplayContext {
  readonly theme: DashboardTheme
  readonly zone?: Zone
  /** For dates told from today's, ms. */
  readonly nowMs?: number
  readonly locale?: string
}

/** Min and max that percentages and gradients are measured by. */
export interface ValueRange {
  readonly min: number
  readonly max: number
}

const DATE_UNITS: ReadonlySet<string> = new Set([
  'dateTimeAsIso',
  'dateTimeAsIsoNoDateIfToday',
  'dateTimeAsUS',
  'dateTimeAsUSNoDateIfToday',
  'dateTimeAsLocal',
  'dateTimeAsLocalNoDateIfToday',
  'dateTimeFromNow',
])

/**
 * @param field  with its settings applied, its `title` and `seriesIndex`
 * @source  tests/oracle: equal to Grafana's for generated settings and values
 */
export function displayProcessor(field: Field, context: DisplayContext): DisplayProcessor {
  const { config } = field
  const unit = unitOf(field)
  const isDate =
    unit !== undefined &&
    (DATE_UNITS.has(unit) || unit.startsWith('time:') || unit === 'dateTimeAsSystem')
  const format = formatOf(field, unit, context)
  const trims =
    field.type === 'number' &&
    (config.decimals ?? undefined) === undefined &&
    !isDate &&
    keepsZeros(unit)
  const scale = scaleOf(field, context.theme)
  return (value, decimals) => {
    const given = isDate && typeof value === 'string' ? Date.parse(value) : value
    const numeric = unit === 'string' ? NaN : numericOf(given)
    const mapping = mappedValue(config.mappings ?? [], given)
    let shown: { text: string; prefix?: string; suffix?: string } | undefined =
      mapping?.text === undefined || mapping.text === null ? undefined : { text: mapping.text }
    let color = mapping?.color === undefined ? undefined : context.theme.colorOf(mapping.color)
    let percent: number | undefined
    if (!Number.isNaN(numeric)) {
      if (shown === undefined && typeof given !== 'boolean') {
        shown =
          trims && typeof decimals === 'number'
            ? trimmed(format(numeric, decimals))
            : format(numeric, config.decimals)
      } else if (shown === undefined) shown = format(numeric)
      if (color === undefined) ({ color, percent } = scale(numeric))
    }
    shown ??= { text: textOf(given) || (config.noValue ?? '') }
    if (!color) ({ color, percent } = scale(-Infinity))
    return withOptional(shown, numeric, color, percent, mapping?.icon)
  }
}

function withOptional(
  shown: { text: string; prefix?: string; suffix?: string },
  numeric: number,
  color: string,
  percent: number | undefined,
  icon: string | undefined,
): DisplayValue {
  return {
    ...shown,
    numeric,
    color,
    ...(percent === undefined ? {} : { percent }),
    ...(icon === undefined ? {} : { icon }),
  }
}

function unitOf({ type, config }: Field): string | undefined {
  const { unit } = config
  if (
    type === 'time' &&
    !(unit !== undefined && (DATE_UNITS.has(unit) || unit.startsWith('time:')))
  )
    return 'dateTimeAsSystem'
  if (type === 'boolean') return unit?.startsWith('bool') === true ? unit : 'bool'
  if (type === 'string' && (unit === undefined || unit === '')) return 'string'
  return unit
}

/** Times that lie within a minute show their ms. */
function formatOf(field: Field, unit: string | undefined, context: DisplayContext): ValueFormat {
  if (
    unit === 'dateTimeAsSystem' &&
    field.values instanceof Float64Array &&
    field.values.length > 1
  ) {
    const spanMs = Math.abs(field.values.at(-1)! - field.values[0]!)
    if (spanMs < 60_000) return valueFormat('time:YYYY-MM-DD HH:mm:ss.SSS', context)
  }
  return valueFormat(unit, context)
}

function keepsZeros(unit: string | undefined): boolean {
  return (
    unit?.startsWith('currency') !== true && unit?.startsWith('bool') !== true && unit !== 'locale'
  )
}

/** `1.50` beside others of two decimals is `1.5`. */
function trimmed(shown: { text: string }): { text: string } {
  const number = Number(shown.text)
  return Number.isNaN(number) ? shown : { ...shown, text: String(number) }
}

function numericOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' && value !== '' ? Number(value) : NaN
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'object' ? '[object Object]' : String(value as string | number | boolean)
}

type Scale = (value: number) => { readonly color: string; readonly percent: number }

/** What a value's place between min and max, and the thresholds, make of its colour. */
export function scaleOf(field: Field, theme: DashboardTheme): Scale {
  const { config } = field
  if (field.type === 'boolean') return booleanScale(config, theme)
  const color: ColorOf = colorOf(
    { config, title: field.title ?? field.name, seriesIndex: field.seriesIndex ?? 0 },
    theme,
  )
  const { min, max } = field.range ?? ownRange(field)
  return (value) => {
    const share = value === -Infinity ? 0 : (value - min) / (max - min)
    const percent = Number.isNaN(share) ? 0 : share
    return { percent, color: color(percent, thresholdColor(config.thresholds, value, percent)) }
  }
}

function booleanScale(config: FieldConfig, theme: DashboardTheme): Scale {
  const stops = continuousStops(config.color?.mode ?? '', theme)
  const yes = stops.at(-1) ?? theme.colorOf('green')
  const no = stops[0] ?? theme.colorOf('red')
  return (value) => (value ? { color: yes, percent: 1 } : { color: no, percent: 0 })
}

/** The colour of the highest threshold that is reached, else of the first. */
export function thresholdColor(
  thresholds: Thresholds | undefined,
  value: number,
  percent: number,
): string {
  const steps = thresholds?.steps ?? []
  const measured = thresholds?.mode === 'percentage' ? percent * 100 : value
  let active = steps[0]
  for (const step of steps) {
    if (!(measured >= (step.value ?? -Infinity))) break
    active = step
  }
  return active?.color ?? 'gray'
}

/** By its own values, where it was not given one by the whole panel. */
function ownRange(field: Field): ValueRange {
  if (field.type !== 'number') return { min: 0, max: 100 }
  const { min, max } = field.config
  if (typeof min === 'number' && typeof max === 'number') return { min, max }
  if (field.values.length === 0) return { min: min ?? 0, max: max ?? 100 }
  const calcs = reduceField(field, ['min', 'max'])
  // The casts: of numbers these are numbers, and null where there is none, which counts as 0.
  return { min: min ?? (calcs.get('min') as number), max: max ?? (calcs.get('max') as number) }
}
