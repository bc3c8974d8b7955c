// For tests of instrumented code.
import { textOf } from './family-text.ts'
import { TEXT } from './format.ts'
import type { Collector } from './metric.ts'
import type { Registry } from './registry.ts'

/**
 * The value of a metric that has exactly one series.
 * @throws Error when it has none or several, or is a histogram or summary
 * @source client_golang testutil.ToFloat64
 */
export async function toFloat64(metric: Collector): Promise<number> {
  await metric.collect()
  const series = [...metric.series()]
  const [only] = series
  if (only === undefined || series.length > 1) {
    throw new Error(`collected ${series.length} metrics of ${metric.name} instead of exactly 1`)
  }
  if (only.value === undefined) throw new Error(`${metric.name} has no single value`)
  return only.value
}

/**
 * How many series there are.
 * @param names  only of these families. Default: all
 * @source client_golang testutil.GatherAndCount
 */
export async function countSeries(registry: Registry, ...names: string[]): Promise<number> {
  const metrics = await registry.collected({ names })
  return metrics.reduce((count, metric) => count + [...metric.series()].length, 0)
}

/**
 * Compares a metric with text in the exposition format. Blank lines and indentation of `expected` do not count.
 * @throws Error with both texts when they differ
 * @source client_golang testutil.CollectAndCompare
 */
export async function collectAndCompare(metric: Collector, expected: string): Promise<void> {
  await metric.collect()
  compare(textOf(metric, TEXT), expected)
}

/** The same with the families of a registry that have these names, or all of them. @throws as above */
export async function gatherAndCompare(
  registry: Registry,
  expected: string,
  ...names: string[]
): Promise<void> {
  compare(await registry.metrics({ names }), expected)
}

function compare(actual: string, expected: string): void {
  const wanted = expected
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '')
  const found = actual.split('\n').filter((line) => line !== '')
  if (wanted.join('\n') === found.join('\n')) return
  const missing = wanted.filter((line) => !found.includes(line)).map((line) => `- ${line}`)
  const extra = found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line}`)
  const lines = missing.length + extra.length === 0 ? ['the lines stand in another order'] : []
  throw new Error(['metrics differ:', ...lines, ...missing, ...extra].join('\n'))
}
