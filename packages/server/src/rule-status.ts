import type { RuleGroupStatus, RuleStatus } from '@pharos/api'
import { parseExpr, printExpr, SYNTAX_FEATURES } from '@pharos/promql'
import type { Rule, RuleManager } from '@pharos/rules'

/** The rules as the API shows them. */
export function ruleGroupsOf(manager: RuleManager): readonly RuleGroupStatus[] {
  return manager.groups().map((group) => ({
    name: group.settings.name,
    file: group.settings.file,
    intervalMs: manager.intervalMs(group),
    limit: group.settings.limit,
    rules: group.rules.map(ruleStatus),
    evaluationMs: group.stats.lastDurationMs,
    lastEvaluationMs: group.stats.lastEvaluationMs || undefined,
  }))
}

function ruleStatus(rule: Rule): RuleStatus {
  const { kind, name, expr, forMs, keepFiringForMs, labels, annotations } = rule.settings
  const { health, lastError, durationMs, evaluatedMs } = rule.outcome
  const isAlerting = rule.kind === 'alerting'
  return {
    kind,
    name,
    query: printExpr(parseExpr(expr, { features: new Set(SYNTAX_FEATURES) })),
    forMs,
    keepFiringForMs,
    labels,
    annotations,
    alerts: isAlerting ? rule.alerts() : [],
    state: isAlerting ? rule.state : 'inactive',
    health,
    lastError,
    evaluationMs: durationMs,
    lastEvaluationMs: evaluatedMs,
  }
}
