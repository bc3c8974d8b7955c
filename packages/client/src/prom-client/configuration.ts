// What the constructors of prom-client's metrics take, and the checks that they make.
import { register } from './default-registry.ts'
import { prometheusContentType, type Registry } from './registry.ts'
import type { Aggregator, MetricLike } from './values.ts'

export type LabelValues<T extends string> = Partial<Record<T, string | number>>

export interface MetricConfiguration<T extends string, Self> {
  name: string
  help: string
  labelNames?: T[] | readonly T[]
  registers?: Registry[] | readonly Registry[]
  aggregator?: Aggregator
  collect?: (this: Self) => void | Promise<void>
  enableExemplars?: boolean
}

/** What is left of a configuration after the checks. */
export interface Configuration {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly aggregator: Aggregator
  readonly hasExemplars: boolean
}

/** @throws TypeError or Error in prom-client's words */
export function checkedConfiguration<T extends string, Self>(
  config: MetricConfiguration<T, Self>,
): Configuration {
  if (config === null || typeof config !== 'object') {
    throw new TypeError('constructor expected a config object')
  }
  const { name, help, labelNames = [], collect } = config
  if (!help) throw new Error('Missing mandatory help parameter')
  if (!name) throw new Error('Missing mandatory name parameter')
  if (!validateMetricName(name)) throw new Error('Invalid metric name')
  if (!labelNames.every((one) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(one))) {
    throw new Error('Invalid label name')
  }
  if (collect && typeof collect !== 'function') {
    throw new Error('Optional "collect" parameter must be a function')
  }
  return {
    name,
    help,
    labelNames: [...labelNames],
    aggregator: config.aggregator ?? 'sum',
    hasExemplars: config.enableExemplars ?? false,
  }
}

/** @throws TypeError when exemplars are wanted in a registry that cannot show them */
export function registerIn(
  metric: MetricLike,
  registers: readonly Registry[] | undefined,
  hasExemplars: boolean,
): void {
  for (const registry of registers ?? [register]) {
    if (hasExemplars && registry.contentType === prometheusContentType) {
      throw new TypeError('Exemplars are supported only on OpenMetrics registries')
    }
    registry.registerMetric(metric)
  }
}

export function validateMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)
}

/**
 * Labels given as an object, or as values in the order of the names.
 * @throws Error when there are more or fewer values than names
 */
export function labelsFrom(
  labelNames: readonly string[],
  args: readonly unknown[],
): Record<string, string | number> {
  const first = args[0]
  if (typeof first === 'object' && first !== null) return first as Record<string, string | number>
  if (args.length !== labelNames.length) {
    throw new Error(
      `Invalid number of arguments (${args.length}): "${args.join(', ')}" for label names (${labelNames.length}): "${labelNames.join(', ')}".`,
    )
  }
  return Object.fromEntries(labelNames.map((name, i) => [name, args[i] as string | number]))
}

/** @throws Error when a label is none of the metric's */
export function checkLabels(
  labelNames: readonly string[],
  labels: object,
): asserts labels is Record<string, string | number> {
  for (const name in labels) {
    if (!labelNames.includes(name)) {
      const known =
        labelNames.length === 0 ? '[]' : `[ ${labelNames.map((one) => `'${one}'`).join(', ')} ]`
      throw new Error(`Added label "${name}" is not included in initial labelset: ${known}`)
    }
  }
}

/** A value in an error. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || value === undefined ? `${value}` : JSON.stringify(value)
}
