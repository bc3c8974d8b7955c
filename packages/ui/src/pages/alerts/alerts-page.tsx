import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import {
  type AlertEntry,
  type AlertIndex,
  filterAlertRules,
  indexAlertRules,
} from '../../data/alert-rules.ts'
import type { AlertState, RulesData } from '../../data/api-types.ts'
import { Button } from '../../kit/button.tsx'
import { GrowingList } from '../../kit/growing-list.tsx'
import { Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { type Option, Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useMadeWhenIdle } from '../use-made-when-idle.ts'
import { useUrlParam } from '../use-url-param.ts'
import { AlertGroups } from './alert-groups.tsx'
import { AlertHistory } from './alert-history.tsx'
import { ALERTS_SHOWN } from './active-alerts.tsx'
import { AlertRule } from './alert-rule.tsx'
import { NoRules } from './no-rules.tsx'

const REFRESH_MS = 5000

/** Alerting rules with their active alerts; what fires comes first and is open. */
export function AlertsPage(): ReactNode {
  const t = useText()
  const [path] = useLocation()
  const [view] = useUrlParam('view')
  const shown: View =
    path === '/alerts/history' ? 'history' : view === 'groups' ? 'groups' : 'rules'
  if (shown === 'rules') return <ByRule />
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('alerts.title')}</h1>
        <span className="spacer" />
        <div className="filters">
          <Views shown={shown} />
        </div>
      </div>
      {shown === 'groups' ? <AlertGroups /> : <AlertHistory />}
    </div>
  )
}

type View = 'rules' | 'groups' | 'history'

function Views(props: { shown: View }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const options: Option<View>[] = [
    { value: 'rules', label: t('alerts.viewRules') },
    { value: 'groups', label: t('alerts.viewGroups') },
    { value: 'history', label: t('alerts.viewHistory') },
  ]
  const paths = { rules: '/alerts', groups: '/alerts?view=groups', history: '/alerts/history' }
  return (
    <Segmented
      label={t('alerts.view')}
      value={props.shown}
      options={options}
      onChange={(value) => navigate(paths[value])}
    />
  )
}

function ByRule(): ReactNode {
  const t = useText()
  const rules = useApi<RulesData>('rules', { type: 'alert' }, { everyMs: REFRESH_MS })
  const data = rules.data?.data
  const index = useMemo(
    () => (data === undefined ? undefined : indexAlertRules(data.groups)),
    [data],
  )
  useMadeWhenIdle(index?.texts)
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('alerts.title')}</h1>
        {index !== undefined && <Counts index={index} />}
        <span className="spacer" />
        <Filters />
      </div>
      <Fetched query={rules}>
        {() => index !== undefined && <Entries index={index} readMs={rules.dataUpdatedAt} />}
      </Fetched>
    </div>
  )
}

function Counts(props: { index: AlertIndex }): ReactNode {
  const t = useText()
  const { entries } = props.index
  let firing = 0
  let pending = 0
  for (const entry of entries) {
    firing += entry.firing
    pending += entry.pending
  }
  if (entries.length === 0) return null
  return (
    <>
      {firing > 0 ? (
        <Pill tone="crit">{t('alerts.firingCount', { count: firing })}</Pill>
      ) : (
        <Pill tone="ok">{t('alerts.quiet')}</Pill>
      )}
      {pending > 0 && <Pill tone="warn">{t('alerts.pendingCount', { count: pending })}</Pill>}
    </>
  )
}

function Filters(): ReactNode {
  const t = useText()
  const [state, setState] = useUrlParam('state')
  const [text, setText] = useUrlParam('search')
  const options: Option<AlertState | 'all'>[] = [
    { value: 'all', label: t('alerts.all') },
    { value: 'firing', label: t('alerts.firing') },
    { value: 'pending', label: t('alerts.pending') },
    { value: 'inactive', label: t('alerts.inactive') },
  ]
  return (
    <div className="filters">
      <Views shown="rules" />
      <Segmented
        label={t('alerts.state')}
        value={stateOf(state) ?? 'all'}
        options={options}
        onChange={(value) => setState(value === 'all' ? '' : value)}
      />
      <SearchInput label={t('alerts.filter')} value={text} onChange={setText} />
    </div>
  )
}

function stateOf(text: string): AlertState | undefined {
  return text === 'firing' || text === 'pending' || text === 'inactive' ? text : undefined
}

function Entries(props: { index: AlertIndex; readMs: number }): ReactNode {
  const t = useText()
  const { index } = props
  const [, navigate] = useLocation()
  const [state] = useUrlParam('state')
  const [text] = useUrlParam('search')
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set())
  const found = useMemo(
    () => filterAlertRules(index, { state: stateOf(state), text }),
    [index, state, text],
  )
  const flip = useCallback(
    (key: string) =>
      setFlipped((before) => {
        const next = new Set(before)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const isOpen = (entry: AlertEntry) => needsEyes(entry) !== flipped.has(entry.key)
  if (index.entries.length === 0) return <NoRules title={t('alerts.none')} />
  if (found.length === 0)
    return (
      <EmptyState icon="search" title={t('alerts.noMatch')} hint={t('alerts.noMatchHint')}>
        <Button onClick={() => navigate('/alerts', { replace: true })}>{t('targets.clear')}</Button>
      </EmptyState>
    )
  return (
    <div className="alert-rules">
      <GrowingList
        items={found}
        of={`${state} ${text}`}
        rowsOf={(entry) => 1 + (isOpen(entry) ? Math.min(ALERTS_SHOWN, entry.alerts.length) : 0)}
      >
        {(entry) => (
          <AlertRule
            key={entry.key}
            entry={entry}
            readMs={props.readMs}
            isOpen={isOpen(entry)}
            onFlip={flip}
          />
        )}
      </GrowingList>
    </div>
  )
}

/** What is active or fails is open at first, what is quiet is closed. */
function needsEyes({ firing, pending, rule }: AlertEntry): boolean {
  return firing + pending > 0 || rule.health === 'err'
}
