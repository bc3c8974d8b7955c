import { type ReactNode, useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { RulesData } from '../../data/api-types.ts'
import {
  type AnyRule,
  indexRuleGroups,
  type RuleIndex,
  shownGroups,
} from '../../data/rule-groups.ts'
import { Button } from '../../kit/button.tsx'
import { GrowingList } from '../../kit/growing-list.tsx'
import { Icon } from '../../kit/icon.tsx'
import { Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { type Option, Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText } from '../../services.tsx'
import { NoRules } from '../alerts/no-rules.tsx'
import { useApi } from '../use-api.ts'
import { useMadeWhenIdle } from '../use-made-when-idle.ts'
import { useUrlParam } from '../use-url-param.ts'
import { RuleGroupCard } from './rule-group-card.tsx'

const REFRESH_MS = 10_000

/** All rules by group, in the order of their files, with how their last evaluation went. */
export function RulesPage(): ReactNode {
  const t = useText()
  const rules = useApi<RulesData>('rules', {}, { everyMs: REFRESH_MS })
  const data = rules.data?.data
  const index = useMemo(
    () => (data === undefined ? undefined : indexRuleGroups(data.groups)),
    [data],
  )
  useMadeWhenIdle(index?.texts)
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('rules.title')}</h1>
        {index !== undefined && <Counts index={index} />}
        <span className="spacer" />
        <Filters />
      </div>
      <Fetched query={rules}>
        {() => index !== undefined && <Groups index={index} readMs={rules.dataUpdatedAt} />}
      </Fetched>
    </div>
  )
}

function Counts(props: { index: RuleIndex }): ReactNode {
  const t = useText()
  let total = 0
  let failing = 0
  for (const group of props.index.groups) {
    total += group.rules.length
    failing += group.failing
  }
  if (total === 0) return null
  return (
    <>
      {failing > 0 && <Pill tone="crit">{t('rules.failing', { count: failing })}</Pill>}
      <Pill>{t('rules.count', { count: total })}</Pill>
    </>
  )
}

type Kind = AnyRule['type'] | 'all' | 'failing'

function Filters(): ReactNode {
  const t = useText()
  const [show, setShow] = useUrlParam('show')
  const [text, setText] = useUrlParam('search')
  const options: Option<Kind>[] = [
    { value: 'all', label: t('rules.all') },
    { value: 'alerting', label: t('rules.alerting') },
    { value: 'recording', label: t('rules.recording') },
    { value: 'failing', label: t('rules.onlyFailing') },
  ]
  return (
    <div className="filters">
      <Segmented
        label={t('rules.kind')}
        value={kindOf(show)}
        options={options}
        onChange={(value) => setShow(value === 'all' ? '' : value)}
      />
      <SearchInput label={t('rules.filter')} value={text} onChange={setText} />
      <ForEditors>
        <Link className="btn is-primary" href="/rules/new">
          <Icon name="plus" size={15} />
          {t('ruleEdit.new')}
        </Link>
      </ForEditors>
    </div>
  )
}

function kindOf(text: string): Kind {
  return text === 'alerting' || text === 'recording' || text === 'failing' ? text : 'all'
}

function Groups(props: { index: RuleIndex; readMs: number }): ReactNode {
  const t = useText()
  const { index } = props
  const [, navigate] = useLocation()
  const [show] = useUrlParam('show')
  const [text] = useUrlParam('search')
  const found = useMemo(() => {
    const kind = kindOf(show)
    return shownGroups(index, {
      kind: kind === 'alerting' || kind === 'recording' ? kind : undefined,
      onlyFailing: kind === 'failing',
      text,
    })
  }, [index, show, text])
  if (index.groups.length === 0) return <NoRules title={t('rules.none')} />
  if (found.length === 0)
    return (
      <EmptyState icon="search" title={t('rules.noMatch')} hint={t('alerts.noMatchHint')}>
        <Button onClick={() => navigate('/rules', { replace: true })}>{t('targets.clear')}</Button>
      </EmptyState>
    )
  return (
    <div className="alert-rules">
      <GrowingList items={found} of={`${show} ${text}`} rowsOf={({ rules }) => 1 + rules.length}>
        {(one) => <RuleGroupCard key={one.key} shown={one} readMs={props.readMs} />}
      </GrowingList>
    </div>
  )
}
