import { type ReactNode, useState } from 'react'
import { draftOfRoute, type RouteDraft, routeOfDraft } from '../../data/route-edit.ts'
import type { RouteNode } from '../../data/alertmanager-types.ts'
import { Button } from '../../kit/button.tsx'
import { Field, TextField } from '../../kit/field.tsx'
import { useText } from '../../services.tsx'

const TIMERS = {
  groupWait: 'policies.groupWait',
  groupInterval: 'policies.groupInterval',
  repeatInterval: 'policies.repeatInterval',
} as const

/** One route as a form: where to, for which alerts, and how often. */
export function RouteForm(props: {
  node: RouteNode
  isRoot: boolean
  receivers: readonly string[]
  isBusy: boolean
  onSave: (node: RouteNode) => void
  onDelete?: () => void
  onCancel: () => void
}): ReactNode {
  const t = useText()
  const [draft, setDraft] = useState<RouteDraft>(() => draftOfRoute(props.node))
  return (
    <form
      className="form"
      aria-label={t('policies.route')}
      onSubmit={(event) => {
        event.preventDefault()
        props.onSave(routeOfDraft(draft, props.node))
      }}
    >
      <RouteFields
        draft={draft}
        isRoot={props.isRoot}
        receivers={props.receivers}
        onChange={(change) => setDraft({ ...draft, ...change })}
      />
      <div className="form-end">
        <Button
          kind="primary"
          disabled={props.isBusy}
          onClick={() => props.onSave(routeOfDraft(draft, props.node))}
        >
          {t('policies.save')}
        </Button>
        <Button onClick={props.onCancel}>{t('policies.cancel')}</Button>
        {props.onDelete !== undefined && (
          <Button icon="trash" disabled={props.isBusy} onClick={props.onDelete}>
            {t('policies.delete')}
          </Button>
        )}
      </div>
    </form>
  )
}

function RouteFields({
  draft,
  isRoot,
  receivers,
  onChange,
}: {
  draft: RouteDraft
  isRoot: boolean
  receivers: readonly string[]
  onChange: (change: Partial<RouteDraft>) => void
}): ReactNode {
  const t = useText()
  const timer = (key: keyof typeof TIMERS): ReactNode => (
    <TextField
      label={t(TIMERS[key])}
      value={draft[key]}
      placeholder={t('policies.inherited')}
      onChange={(value) => onChange({ [key]: value })}
    />
  )
  return (
    <>
      <Field label={t('policies.receiver')}>
        <select
          className="select"
          value={draft.receiver}
          onChange={(event) => onChange({ receiver: event.target.value })}
        >
          {!isRoot && <option value="">{t('policies.inherited')}</option>}
          {receivers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      <TextField
        label={t('policies.groupBy')}
        value={draft.groupBy}
        placeholder={t('policies.inherited')}
        onChange={(groupBy) => onChange({ groupBy })}
      />
      {!isRoot && (
        <TextField
          wide
          lines={2}
          label={t('policies.matchers')}
          hint={t('policies.matchersHint')}
          value={draft.matchers}
          onChange={(matchers) => onChange({ matchers })}
        />
      )}
      {timer('groupWait')}
      {timer('groupInterval')}
      {timer('repeatInterval')}
      {!isRoot && (
        <label className="check">
          <input
            type="checkbox"
            checked={draft.goesOn}
            onChange={(event) => onChange({ goesOn: event.target.checked })}
          />
          {t('policies.goOn')}
        </label>
      )}
    </>
  )
}
