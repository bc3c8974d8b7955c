import { type ComponentType, type ReactNode, useCallback, useRef, useState } from 'react'
import { Link } from 'wouter'
import { nowMs, readStored, writeStored } from '../../data/browser.ts'
import { selectorOf } from '../../data/frame.ts'
import { rememberQuery } from '../../data/query-history.ts'
import type { QueryPanelState } from '../../data/query-link.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Tabs } from '../../kit/segmented.tsx'
import { EmptyState, Skeleton } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useServices, useText } from '../../services.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { ExplorerButton } from './explorer-button.tsx'
import { DashboardButton } from './dashboard-button.tsx'
import { ExpressionField } from './expression-field.tsx'
import type { Insert } from './expression-field-props.ts'
import { GraphView, type ViewProps } from './graph-view.tsx'
import { HistoryButton } from './history-button.tsx'
import { LiveSwitch } from './live-switch.tsx'
import { TableView } from './table-view.tsx'

interface QueryPanelProps {
  readonly id: string
  readonly panel: QueryPanelState
  readonly isFirst: boolean
  readonly onChange: (panel: QueryPanelState) => void
  readonly onDuplicate: () => void
  readonly onRemove: (() => void) | undefined
}

const EXAMPLES = [
  'up',
  'sum by (mode) (rate(node_cpu_seconds_total[1m]))',
  'topk(10, count by (__name__) ({__name__!=""}))',
]

export function QueryPanel(props: QueryPanelProps): ReactNode {
  const { id, panel, onChange } = props
  const t = useText()
  const { momentMs } = useServices()
  const [draft, setDraft] = useState(panel.expr)
  // "Now" of a panel is the moment it was last run, so that its table and its graph belong together.
  const [runMs, setRunMs] = useState(momentMs)
  const [seenExpr, setSeenExpr] = useState(panel.expr)
  const [bar, setBar] = useState<HTMLElement | null>(null)
  if (seenExpr !== panel.expr) {
    // The address has changed, by a link or by going back.
    setSeenExpr(panel.expr)
    setDraft(panel.expr)
  }
  const run = useCallback(
    (expr: string) => {
      rememberQuery({ read: readStored, write: writeStored }, expr)
      setRunMs(nowMs())
      setDraft(expr)
      if (expr !== panel.expr) onChange({ ...panel, expr })
    },
    [panel, onChange],
  )
  const { keepInsert, pick } = useMetricInsertion()
  const shared = { panel, runMs, bar, onChange, onNow: () => setRunMs(nowMs()) }
  return (
    <section className="card query" aria-label={panel.expr === '' ? t('query.title') : panel.expr}>
      <div className="query-row">
        <ExpressionField
          value={draft}
          isFirst={props.isFirst}
          onChange={setDraft}
          onRun={run}
          onInsertable={keepInsert}
        />
        <Button kind="primary" onClick={() => run(draft)}>
          {t('query.execute')}
        </Button>
        <ExplorerButton onPick={pick} />
        <HistoryButton onPick={run} />
        <IconButton framed icon="copy" label={t('query.duplicate')} onClick={props.onDuplicate} />
        {props.onRemove !== undefined && (
          <IconButton framed icon="trash" label={t('query.remove')} onClick={props.onRemove} />
        )}
      </div>
      <div className="query-tools">
        <ViewTabs id={id} panel={panel} onChange={onChange} />
        <div className="query-links">
          <ForEditors>
            <CreateAlert expr={panel.expr} />
            <DashboardButton expr={panel.expr} />
          </ForEditors>
        </div>
        <div className="query-controls">
          <div className="query-controls" ref={setBar} />
          {panel.tab !== 'explain' && panel.expr !== '' && <LiveSwitch {...shared} />}
        </div>
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${panel.tab}`}>
        <Result {...shared} onPick={run} />
      </div>
    </section>
  )
}

function ViewTabs({ id, panel, onChange }: Pick<QueryPanelProps, 'id' | 'panel' | 'onChange'>) {
  const t = useText()
  return (
    <Tabs
      id={id}
      label={t('query.view')}
      value={panel.tab}
      options={[
        { value: 'table', label: t('query.table') },
        { value: 'graph', label: t('query.graph') },
        { value: 'explain', label: t('explain.title') },
      ]}
      onChange={(tab) => onChange({ ...panel, tab })}
    />
  )
}

function Result(props: ViewProps & { onPick: (expr: string) => void }): ReactNode {
  const { onPick, ...shared } = props
  if (shared.panel.expr === '') return <Examples onPick={onPick} />
  switch (shared.panel.tab) {
    case 'graph':
      return <GraphView {...shared} />
    case 'explain':
      return <ExplainHost {...shared} />
    case 'table':
      return <TableView {...shared} />
  }
}

function ExplainHost(props: ViewProps): ReactNode {
  const View = useLoaded(loadExplain)
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return View === undefined ? <Skeleton rows={5} heightPx={36} /> : <View {...props} />
}

async function loadExplain(): Promise<ComponentType<ViewProps>> {
  return (await import('./explain-view.tsx')).ExplainView
}

/** From a query that shows something to a rule that watches it. */
function CreateAlert(props: { expr: string }): ReactNode {
  const t = useText()
  if (props.expr === '') return null
  return (
    <Link className="small-link" href={`/rules/new?expr=${encodeURIComponent(props.expr)}`}>
      {t('ruleEdit.create')}
    </Link>
  )
}

/** What the explorer hands over goes to the cursor of whichever field is there. */
function useMetricInsertion(): {
  keepInsert: (insert: Insert) => void
  pick: (name: string) => void
} {
  const insert = useRef<Insert | undefined>(undefined)
  const keepInsert = useCallback((given: Insert) => {
    insert.current = given
  }, [])
  const pick = useCallback((name: string) => insert.current?.(selectorOf(name)), [])
  return { keepInsert, pick }
}

function Examples(props: { onPick: (expr: string) => void }): ReactNode {
  const t = useText()
  return (
    <EmptyState icon="chart" title={t('query.empty')} hint={t('query.emptyHint')}>
      <div className="examples">
        {EXAMPLES.map((expr) => (
          <button key={expr} type="button" onClick={() => props.onPick(expr)}>
            <code>{expr}</code>
          </button>
        ))}
      </div>
    </EmptyState>
  )
}
