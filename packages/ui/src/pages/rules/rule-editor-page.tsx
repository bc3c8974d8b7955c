import { type ReactNode, useState } from 'react'
import { useLocation } from 'wouter'
import { decodedPart } from '../../data/address-part.ts'
import type { AlertingRule, RulesData } from '../../data/api-types.ts'
import {
  type BacktestData,
  draftOfRule,
  fieldsOf,
  groupYaml,
  namespaceOf,
  NEW_RULE,
  type RuleDraft,
  type TrialData,
} from '../../data/rule-draft.ts'
import { Button } from '../../kit/button.tsx'
import { Field, TextField } from '../../kit/field.tsx'
import { ErrorBox, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useChange } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'
import { RuleGraph } from './rule-graph.tsx'
import { TrialResult } from './trial-result.tsx'

const DAYS = ['1', '7', '31'] as const

interface RuleNamespaces {
  readonly enabled: boolean
  readonly directory: string
}

/** `/rules/new`, and `/rules/<group>/<name>/edit`. */
export function RuleEditorPage(): ReactNode {
  const [path] = useLocation()
  const [, , group, name] = path.split('/')
  if (group === undefined || name === undefined)
    return <RuleEditor group={undefined} name={undefined} />
  return <RuleEditor group={decodedPart(group)} name={decodedPart(name)} />
}

/** Writes a new rule, or changes one that was written here. */
function RuleEditor(props: { group: string | undefined; name: string | undefined }): ReactNode {
  const t = useText()
  const rules = useApi<RulesData>('rules', {})
  const writable = useApi<RuleNamespaces>('rule-namespaces', {})
  const [expr] = useUrlParam('expr')
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t(props.name === undefined ? 'ruleEdit.new' : 'ruleEdit.edit')}</h1>
      </div>
      <Fetched query={rules}>
        {({ data }) => (
          <Fetched query={writable}>
            {({ data: where }) => {
              const known = findRule(data, where.directory, props.group, props.name)
              return (
                <Editor
                  key={props.name ?? ''}
                  rules={data}
                  where={where}
                  start={known ?? { ...NEW_RULE, expr }}
                  before={known === undefined ? '' : known.name}
                />
              )
            }}
          </Fetched>
        )}
      </Fetched>
    </div>
  )
}

function findRule(
  { groups }: RulesData,
  directory: string,
  groupName: string | undefined,
  name: string | undefined,
): RuleDraft | undefined {
  if (name === undefined) return undefined
  for (const group of groups) {
    if (group.name !== groupName) continue
    const rule = group.rules.find(
      (one): one is AlertingRule => one.type === 'alerting' && one.name === name,
    )
    // A rule of a file that is not ours to write is copied, not changed.
    const namespace = namespaceOf(group.file, directory)
    if (rule !== undefined) return draftOfRule(rule, namespace ?? NEW_RULE.namespace, group.name)
  }
  return undefined
}

function Editor(props: {
  rules: RulesData
  where: RuleNamespaces
  start: RuleDraft
  before: string
}): ReactNode {
  const t = useText()
  const [draft, setDraft] = useState(props.start)
  const [days, setDays] = useState<string>('7')
  const trial = useChange<{ data: TrialData }>([])
  const backtest = useChange<{ data: BacktestData }>([])
  const isWhole = draft.name !== '' && draft.expr !== ''
  const test = () => {
    const rule = fieldsOf(draft)
    const body = { rule, days: Number(days) }
    trial.mutate({ method: 'POST', path: 'api/v1/rules/test', body: { rule } })
    backtest.mutate({ method: 'POST', path: 'api/v1/rules/backtest', body })
  }
  return (
    <>
      <form className="card form" onSubmit={(event) => event.preventDefault()}>
        <RuleFieldset draft={draft} set={(part) => setDraft({ ...draft, ...part })} />
        <div className="form-end">
          <Button
            kind="primary"
            disabled={!isWhole || trial.isPending || backtest.isPending}
            onClick={test}
          >
            {t('ruleEdit.test')}
          </Button>
          <DaysField value={days} onChange={setDays} />
          <span className="spacer" />
          <SaveRule {...props} draft={draft} isWhole={isWhole} />
        </div>
      </form>
      {draft.expr !== '' && (
        <RuleGraph expr={draft.expr} episodes={backtest.data?.data.episodes ?? []} />
      )}
      {trial.error !== null && <ErrorBox error={trial.error} title={t('ruleEdit.refused')} />}
      {trial.error === null && backtest.error !== null && <ErrorBox error={backtest.error} />}
      {trial.data !== undefined && (
        <TrialResult trial={trial.data.data} backtest={backtest.data?.data} />
      )}
    </>
  )
}

function DaysField(props: { value: string; onChange: (value: string) => void }): ReactNode {
  const t = useText()
  return (
    <Field label={t('ruleEdit.days')}>
      <select
        className="select"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {DAYS.map((count) => (
          <option key={count} value={count}>
            {t('ruleEdit.dayCount', { count: Number(count) })}
          </option>
        ))}
      </select>
    </Field>
  )
}

function SaveRule(props: {
  rules: RulesData
  where: RuleNamespaces
  before: string
  draft: RuleDraft
  isWhole: boolean
}): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const save = useChange<unknown>(['rules'])
  const { draft, where, rules, before } = props
  const store = () => {
    const file = `${where.directory}/${draft.namespace}.yml`
    const known = rules.groups.find((one) => one.file === file && one.name === draft.group)
    const path = `api/v1/rules/${encodeURIComponent(draft.namespace)}`
    save.mutate(
      { method: 'POST', path, body: groupYaml(known, draft, before) },
      { onSuccess: () => navigate(`/rules?search=${encodeURIComponent(draft.name)}`) },
    )
  }
  return (
    <>
      <Button disabled={!props.isWhole || !where.enabled || save.isPending} onClick={store}>
        {t('ruleEdit.save')}
      </Button>
      <Button onClick={() => navigate('/rules')}>{t('silences.cancel')}</Button>
      {!where.enabled && <p className="hint">{t('ruleEdit.readOnly')}</p>}
      {save.error !== null && <ErrorBox error={save.error} />}
    </>
  )
}

interface DraftProps {
  readonly draft: RuleDraft
  readonly set: (part: Partial<RuleDraft>) => void
}

function RuleFieldset({ draft, set }: DraftProps): ReactNode {
  const t = useText()
  return (
    <>
      <TextField
        label={t('ruleEdit.name')}
        value={draft.name}
        placeholder="HighLoad"
        onChange={(name) => set({ name })}
      />
      <Field label={t('ruleEdit.severity')}>
        <select
          className="select"
          value={draft.severity}
          onChange={(event) => set({ severity: event.target.value })}
        >
          {['critical', 'warning', 'info', ''].map((word) => (
            <option key={word} value={word}>
              {word === '' ? '–' : word}
            </option>
          ))}
        </select>
      </Field>
      <TextField
        wide
        lines={2}
        label={t('ruleEdit.expr')}
        value={draft.expr}
        placeholder="up == 0"
        onChange={(expr) => set({ expr })}
      />
      <TextField
        label={t('ruleEdit.for')}
        value={draft.wait}
        placeholder="5m"
        hint={t('ruleEdit.forHint')}
        onChange={(wait) => set({ wait })}
      />
      <TextField
        label={t('ruleEdit.keep')}
        value={draft.keepFiring}
        placeholder="0"
        hint={t('ruleEdit.keepHint')}
        onChange={(keepFiring) => set({ keepFiring })}
      />
      <RuleTexts draft={draft} set={set} />
    </>
  )
}

function RuleTexts({ draft, set }: DraftProps): ReactNode {
  const t = useText()
  return (
    <>
      <TextField
        wide
        label={t('ruleEdit.summary')}
        value={draft.summary}
        placeholder={'{{ $labels.instance }}'}
        hint={t('ruleEdit.templateHint')}
        onChange={(summary) => set({ summary })}
      />
      <TextField
        wide
        lines={2}
        label={t('ruleEdit.description')}
        value={draft.description}
        onChange={(description) => set({ description })}
      />
      <TextField
        wide
        lines={2}
        label={t('ruleEdit.labels')}
        value={draft.labels}
        placeholder="team=web"
        hint={t('ruleEdit.labelsHint')}
        onChange={(labels) => set({ labels })}
      />
      <TextField
        label={t('ruleEdit.file')}
        value={draft.namespace}
        onChange={(namespace) => set({ namespace })}
      />
      <TextField
        label={t('ruleEdit.group')}
        value={draft.group}
        onChange={(group) => set({ group })}
      />
    </>
  )
}
