import { Counter, Gauge, type Registry } from '@pharos/client'
import type { RuleGroup, RuleManager } from '@pharos/rules'

type Read = (group: RuleGroup) => number

/** prometheus_rule_* under the reference's names. */
export function addRuleMetrics(registry: Registry, rules: RuleManager): void {
  const counters: readonly (readonly [string, string, Read])[] = [
    ['evaluations_total', 'Evaluations of rules.', (g) => g.stats.evaluations],
    ['evaluation_failures_total', 'Evaluations that failed.', (g) => g.stats.evaluationFailures],
    ['group_iterations_total', 'Iterations, also missed ones.', (g) => g.stats.iterations],
    [
      'group_iterations_missed_total',
      'Iterations missed because the one before took too long.',
      (g) => g.stats.iterationsMissed,
    ],
  ]
  for (const [name, help, read] of counters)
    new Counter({
      name: `prometheus_rule_${name}`,
      help,
      labelNames: ['rule_group'],
      registers: [registry],
      collect: (metric) => {
        metric.reset()
        for (const group of rules.groups()) metric.setTotal(labelsOf(group), read(group))
      },
    })
  const gauges: readonly (readonly [string, string, Read])[] = [
    ['interval_seconds', 'Interval of the group.', (g) => rules.intervalMs(g) / 1000],
    ['rules', 'Rules of the group.', (g) => g.rules.length],
    [
      'last_duration_seconds',
      'How long the last iteration took.',
      (g) => g.stats.lastDurationMs / 1000,
    ],
    ['last_evaluation_samples', 'Samples of the last iteration.', (g) => g.stats.lastSamples],
    [
      'last_evaluation_timestamp_seconds',
      'When the last iteration was.',
      (g) => g.stats.lastEvaluationMs / 1000,
    ],
  ]
  for (const [name, help, read] of gauges)
    new Gauge({
      name: `prometheus_rule_group_${name}`,
      help,
      labelNames: ['rule_group'],
      registers: [registry],
      collect: (metric) => {
        metric.reset()
        for (const group of rules.groups()) metric.set(labelsOf(group), read(group))
      },
    })
}

function labelsOf({ settings }: RuleGroup): { rule_group: string } {
  return { rule_group: `${settings.file};${settings.name}` }
}
