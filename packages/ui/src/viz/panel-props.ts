// What every kind of panel is drawn from. Who draws does not fetch.
import type { Frame, JsonObject } from '@pharos/dashboards'

export interface PanelProps {
  /** What the panel shows, for those who cannot see it. */
  readonly title: string
  readonly options: JsonObject
  /** With field settings applied. */
  readonly frames: readonly Frame[]
  readonly widthPx: number
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
}

export function objectOption(options: JsonObject, name: string): JsonObject {
  const value = options[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {}
}

/** One of the known values of an option; the first of them when it is none. */
export function oneOf<V extends string>(options: JsonObject, name: string, known: readonly V[]): V {
  const value = options[name]
  return known.find((one) => one === value) ?? known[0]!
}

export function numberOption(options: JsonObject, name: string): number | undefined {
  const value = options[name]
  return typeof value === 'number' && value - value === 0 ? value : undefined
}

export function textsOption(options: JsonObject, name: string): string[] {
  const value = options[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
