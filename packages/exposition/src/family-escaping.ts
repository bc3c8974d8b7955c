// A family for scrapers that know only [a-zA-Z_:][a-zA-Z0-9_:]* as names.

import { escapeName, type EscapingScheme, isValidMetricName, METRIC_NAME } from '@pharos/model'
import type { MetricFamily } from './family.ts'

/** A family with every name in the classic alphabet; the family itself when nothing changes. */
export function escapeFamily(family: MetricFamily, scheme: EscapingScheme): MetricFamily {
  if (scheme === 'allow-utf-8') return family
  // Classic names are left alone here also by `dots`, which alone would double their underscores.
  const escaped = (name: string) =>
    isValidMetricName(name, 'legacy') ? name : escapeName(name, scheme)
  return {
    ...family,
    name: escaped(family.name),
    metrics: family.metrics.map((metric) => ({
      ...metric,
      labels: metric.labels.map((text, i) => {
        if (i % 2 === 0) return escaped(text)
        return metric.labels[i - 1] === METRIC_NAME ? escaped(text) : text
      }),
    })),
  }
}
