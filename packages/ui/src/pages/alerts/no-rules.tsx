import type { ReactNode } from 'react'
import { EmptyState } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'

const EXAMPLE = `rule_files:
  - rules/*.yml`

const EXAMPLE_RULES = `groups:
  - name: machines
    rules:
      - alert: TargetDown
        expr: up == 0
        for: 5m
        annotations:
          summary: '{{ $labels.instance }} does not answer'`

/** What to write where, for a server without rules. */
export function NoRules(props: { title: string }): ReactNode {
  const t = useText()
  return (
    <EmptyState icon="bell" title={props.title} hint={t('alerts.noneHint')}>
      <pre className="rule-example">{EXAMPLE}</pre>
      <pre className="rule-example">{EXAMPLE_RULES}</pre>
    </EmptyState>
  )
}
