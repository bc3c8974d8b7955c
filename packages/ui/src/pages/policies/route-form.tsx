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
  const set = (change: Partial<RouteDraft>): void => setDraft({ ...draft, ...change })
  const timer = (key: keyof typeof TIMERS): ReactNode => (
    <TextField
      label={t(TIMERS[key])}
      value={draft[key]}
      placeholder={t('policies.inherited')}
      onChange={(value) => set({ [key]: value })}
    />
  )
  return (
    <form
      className="form"
      aria-label={t('policies.route')}
      onSubmit={(event) => {
        event.preventDefault()
        props.onSave(routeOfDraft(draft, props.node))
      }}
    >
      <Field label={t('policies.receiver')}>
        <select
          className="select"
          value={draft.receiver}
          onChange={(event) => set({ receiver: event.target.value })}
        >
          {!props.isRoot && <option value="">{t('policies.inherited')}</option>}
          {props.receivers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      <TextField
        label={t('policies.groupBy')}
        value={draft.groupBy}
        placeholder={t('policies.inherited')}
        onChange={(groupBy) => set({ groupBy })}
      />
      {!props.isRoot && (
        <TextField
          wide
          lines={2}
          label={t('policies.matchers')}
          hint={t('policies.matchersHint')}
          value={draft.matchers}
          onChange={(matchers) => set({ matchers })}
        />
      )}
      {timer('groupWait')}
      {timer('groupInterval')}
      {timer('repeatInterval')}
      {!props.isRoot && (
        <label className="check">
          <input
            type="checkbox"
            checked={draft.goesOn}
            onChange={(event) => set({ goesOn: event.target.checked })}
          />
          {t('policies.goOn')}
        </label>
      )}
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
