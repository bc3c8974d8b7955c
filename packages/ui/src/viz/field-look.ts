// What panels read of a field: its settings with their defaults, its colour, its values as text.
import { plainText } from '../data/plain-text.ts'
import { type Field, valueAt } from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import { hexColor, readable, seriesColor } from './palette.ts'
import { panelTheme } from './panel-theme.ts'

export function titleOf(field: Field): string {
  return field.title ?? field.config.displayName ?? field.name
}

/** A value as people read it; `–` when the field has no settings applied. */
export function textOf(field: Field, value: unknown): string {
  const shown = field.display?.(value)
  if (shown === undefined) return plainText(value) || '–'
  return `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`
}

/** Its setting `fieldConfig.custom[name]`, when it is text. */
export function customText<V extends string>(field: Field, name: string, known: readonly V[]): V {
  const value = field.config.custom?.[name]
  return known.find((one) => one === value) ?? known[0]!
}

export function customNumber(field: Field, name: string): number | undefined {
  const value = field.config.custom?.[name]
  return typeof value === 'number' && value - value === 0 ? value : undefined
}

export function customObject(field: Field, name: string): Readonly<Record<string, unknown>> {
  const value = field.config.custom?.[name]
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** Where a field is left out. */
export function isHiddenFrom(field: Field, place: 'legend' | 'tooltip' | 'viz'): boolean {
  return customObject(field, 'hideFrom')[place] === true
}

/** The last value that there is; null without any. */
export function lastValueOf(field: Field): unknown {
  for (let row = field.values.length - 1; row >= 0; row--) {
    const value = valueAt(field, row)
    if (value !== null && value === value) return value
  }
  return null
}

/** The colour of a field as a whole; what has none of its own gets one of the palette by its place. */
export function fieldColor(field: Field, place: number, theme: Theme): string {
  return (
    (field.color === undefined ? undefined : hexColor(field.color)) ?? seriesColor(theme, place)
  )
}

/** A colour of a threshold, by name or as CSS, as `#rrggbb`. */
export function stepColor(name: string, theme: Theme): string {
  return hexColor(panelTheme(theme).colorOf(name)) ?? seriesColor(theme, 0)
}

/** A line nobody can see is no line: very dark colours on the dark surface are lifted a little, and so on light. */
export function lineColor(color: string, theme: Theme): string {
  return readable(color, theme, 1.6)
}
