import type { ReactNode } from 'react'
import type { LabelSet } from '../../data/api-types.ts'
import {
  type LabelChange,
  type RelabelStep,
  relabelSteps,
  type RelabelStepsData,
  ruleText,
} from '../../data/relabel-steps.ts'
import { Pill } from '../../kit/labels.tsx'
import { Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

/** Each relabelling rule of a job and what it did to one target. */
export function RelabelStepsView(props: { pool: string; discovered: LabelSet }): ReactNode {
  const { pool, discovered } = props
  const params = { scrapePool: pool, labels: JSON.stringify(discovered) }
  const steps = useApi<RelabelStepsData>('targets/relabel_steps', params)
  return (
    <Fetched query={steps}>
      {({ data }) => <Steps steps={relabelSteps(discovered, data)} />}
    </Fetched>
  )
}

function Steps(props: { steps: readonly RelabelStep[] }): ReactNode {
  const t = useText()
  if (props.steps.length === 0) return <p className="hint">{t('discovery.noRules')}</p>
  return (
    <ol className="relabel-steps">
      {props.steps.map((step, place) => (
        <li key={place} className={`is-${step.outcome}`}>
          <code>{ruleText(step.rule)}</code>
          <Outcome step={step} />
        </li>
      ))}
    </ol>
  )
}

function Outcome(props: { step: RelabelStep }): ReactNode {
  const t = useText()
  const { outcome, changes } = props.step
  switch (outcome) {
    case 'dropped':
      return <Pill tone="crit">{t('discovery.stepDropped')}</Pill>
    case 'skipped':
      return <span className="hint">{t('discovery.stepSkipped')}</span>
    case 'nothing':
      return <span className="hint">{t('discovery.stepNothing')}</span>
    case 'changed':
      return (
        <span className="labels">
          {changes.map((change) => (
            <Change key={change.name} change={change} />
          ))}
        </span>
      )
  }
}

function Change(props: { change: LabelChange }): ReactNode {
  const { name, before, after } = props.change
  return (
    <span className="label">
      <i>{name}=</i>
      {before !== undefined && <del>{before}</del>}
      {before !== undefined && after !== undefined && ' '}
      {after !== undefined && <ins>{after}</ins>}
    </span>
  )
}
