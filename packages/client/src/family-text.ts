// A family as text. The beginning of each line, `name{labels} `, is made once for a series and kept: a scrape
// only puts numbers behind it.
import {
  type Escaping,
  escapedName,
  type Format,
  isLegacyLabelName,
  isLegacyMetricName,
} from './format.ts'
import { formatNumber, formatOpenMetricsNumber } from './go-number.ts'

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** One line of a series: what comes after the family's name, and a label of its own (`le`, `quantile`). */
export interface LineKind {
  readonly suffix: string
  readonly label?: readonly [name: string, value: number]
}

export type Labels = readonly (readonly [name: string, value: string])[]

/**
 * The lines that head a family.
 * @source expfmt MetricFamilyToText, MetricFamilyToOpenMetrics
 */
export function familyHead(name: string, help: string, type: MetricType, format: Format): string {
  const isOpen = format.kind === 'openmetrics'
  const isBareCounter = isOpen && type === 'counter' && !name.endsWith('_total')
  // OpenMetrics names a counter's family without _total, and calls one that lacks it unknown.
  const family = isOpen && type === 'counter' && !isBareCounter ? name.slice(0, -6) : name
  const shown = quotedUnlessLegacy(escapedName(family, format.escaping))
  const word = type === 'unknown' && !isOpen ? 'untyped' : isBareCounter ? 'unknown' : type
  return `# HELP ${shown} ${escapedHelp(help, isOpen)}\n# TYPE ${shown} ${word}\n`
}

/** `name_suffix{a="b",le="1"} `, ready for the value. */
export function linePrefix(name: string, labels: Labels, kind: LineKind, format: Format): string {
  const shown = escapedName(name, format.escaping) + kind.suffix
  const pairs = labels.map(([label, value]) => pairText(label, value, format.escaping))
  if (kind.label !== undefined) {
    const [label, value] = kind.label
    const text =
      format.kind === 'openmetrics' ? formatOpenMetricsNumber(value) : formatNumber(value)
    pairs.push(`${label}="${text}"`)
  }
  if (!isLegacyMetricName(shown)) return `{${[quoted(shown), ...pairs].join(',')}} `
  return pairs.length === 0 ? `${shown} ` : `${shown}{${pairs.join(',')}} `
}

interface Row {
  /** The label values that the row was made for; a slot may have been given to another series since. */
  readonly values: readonly string[]
  readonly prefixes: readonly string[]
}

/** Keeps line beginnings for the formats that are asked for; there are one or two of them. */
export class PrefixCache {
  readonly #rows = new Map<string, (Row | undefined)[]>()

  /** The beginnings of all lines of a slot. `make` is called when they are not known yet. */
  row(
    slot: number,
    values: readonly string[],
    format: Format,
    make: () => readonly string[],
  ): readonly string[] {
    const key = format.kind + format.escaping
    let rows = this.#rows.get(key)
    if (rows === undefined) this.#rows.set(key, (rows = []))
    let row = rows[slot]
    if (row?.values !== values) rows[slot] = row = { values, prefixes: make() }
    return row.prefixes
  }

  clear(): void {
    this.#rows.clear()
  }
}

function pairText(name: string, value: string, escaping: Escaping): string {
  const shown = escapedName(name, escaping)
  return `${isLegacyLabelName(shown) ? shown : quoted(shown)}="${escapedValue(value)}"`
}

function quotedUnlessLegacy(name: string): string {
  return isLegacyMetricName(name) ? name : quoted(name)
}

function quoted(name: string): string {
  return `"${escapedValue(name)}"`
}

function escapedValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapedHelp(help: string, isOpen: boolean): string {
  return isOpen ? escapedValue(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
