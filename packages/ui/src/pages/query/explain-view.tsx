// What a query did, as a tree: each operator with its series, its time, and the labels it keeps and loses.
import type { ReactNode } from 'react'
import {
  type ExplainData,
  type ExplainNode,
  fixOf,
  type LintFinding,
  lostLabels,
  selfPercent,
} from '../../data/explain.ts'
import { formatCount, formatValue } from '../../data/format.ts'
import { stepSecondsFor } from '../../data/query-link.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { Skeleton } from '../../kit/states.tsx'
import { useSettings, useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { Controls } from './controls.tsx'
import type { ViewProps } from './graph-view.tsx'
import { Messages, QueryFault } from './messages.tsx'
import { RangeControl } from './range-control.tsx'

export function ExplainView(props: ViewProps): ReactNode {
  const { panel, runMs, onChange } = props
  const endMs = panel.endMs ?? runMs
  const answer = useApi<ExplainData>('query_explain', {
    query: panel.expr,
    start: (endMs / 1000 - panel.rangeSeconds).toFixed(3),
    end: (endMs / 1000).toFixed(3),
    step: stepSecondsFor(panel.rangeSeconds, panel.resolution),
  })
  const advice = useApi<readonly LintFinding[]>('lint', { query: panel.expr })
  const run = (expr: string) => onChange({ ...panel, expr })
  return (
    <>
      <Controls bar={props.bar}>
        <RangeControl panel={panel} runMs={runMs} onChange={onChange} onNow={props.onNow} />
      </Controls>
      {answer.error !== null && <QueryFault error={answer.error} expr={panel.expr} />}
      {answer.data === undefined && answer.error === null && <Skeleton rows={5} heightPx={36} />}
      {answer.error === null && (
        <Advice findings={advice.data?.data ?? []} expr={panel.expr} onRun={run} />
      )}
      {answer.data !== undefined && answer.error === null && (
        <div className={answer.isPlaceholderData ? 'is-waiting' : undefined}>
          <Messages warnings={answer.data.warnings} infos={answer.data.data.infos} />
          <Tree data={answer.data.data} onRun={run} />
        </div>
      )}
    </>
  )
}

function Tree(props: { data: ExplainData; onRun: (expr: string) => void }): ReactNode {
  const { tree, peakMemoryBytes } = props.data
  const t = useText()
  const { lang } = useSettings()
  return (
    <section className="explain" aria-label={t('explain.node')}>
      <p className="hint under">
        {t('explain.total', {
          time: formatValue(tree.totalSeconds, 'seconds'),
          samples: formatCount(tree.samples, lang),
          memory: formatValue(peakMemoryBytes, 'bytes'),
        })}
      </p>
      <ul>
        <Operator node={tree} root={tree} onRun={props.onRun} />
      </ul>
    </section>
  )
}

function Operator(props: {
  node: ExplainNode
  root: ExplainNode
  onRun: (expr: string) => void
}): ReactNode {
  const { node, root, onRun } = props
  const t = useText()
  const percent = selfPercent(node, root)
  const isWhole = node === root
  return (
    <li>
      <div className={percent >= 50 ? 'explain-node is-hot' : 'explain-node'}>
        <div className="explain-head">
          <code>{node.text}</code>
          {!isWhole && node.type !== 'rangeSelector' && node.type !== 'string' && (
            <IconButton
              icon="right"
              label={`${t('explain.run')}: ${node.text}`}
              onClick={() => onRun(node.text)}
            />
          )}
        </div>
        {node.series > 0 && (
          <div className="explain-facts">
            <span>{t('explain.series', { count: node.series })}</span>
            {node.evaluations > 0 ? (
              <>
                <span>{t('explain.samples', { count: node.samples })}</span>
                <span>
                  {t('explain.time', { time: formatValue(node.selfSeconds, 'seconds'), percent })}
                </span>
                <i className="meter">
                  <i style={{ width: `${percent}%` }} />
                </i>
              </>
            ) : (
              <span>{t('explain.reads')}</span>
            )}
          </div>
        )}
        <LabelFate node={node} />
      </div>
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child, index) => (
            <Operator key={index} node={child} root={root} onRun={onRun} />
          ))}
        </ul>
      )}
    </li>
  )
}

function LabelFate(props: { node: ExplainNode }): ReactNode {
  const t = useText()
  const kept = Object.entries(props.node.labels)
  const lost = lostLabels(props.node)
  if (kept.length === 0 && lost.length === 0) return null
  return (
    <div className="labels" title={t('explain.kept')}>
      {kept.map(([name, count]) => (
        <span key={name} className="label">
          <i>{name}</i> {count}
        </span>
      ))}
      {lost.map((name) => (
        <span key={name} className="label is-lost">
          <s>{name}</s> {t('explain.lost')}
        </span>
      ))}
    </div>
  )
}

function Advice(props: {
  findings: readonly LintFinding[]
  expr: string
  onRun: (expr: string) => void
}): ReactNode {
  const { findings, expr, onRun } = props
  const t = useText()
  if (findings.length === 0) return null
  return (
    <div className="note is-warn explain-advice">
      <Icon name="warning" />
      <div>
        <strong>{t('explain.advice')}</strong>
        <ul>
          {findings.map((finding, index) => {
            const fix = fixOf(finding, expr)
            return (
              <li key={index}>
                {finding.message}{' '}
                {fix !== undefined && (
                  <Button onClick={() => onRun(fix.query)}>
                    {t('explain.fix', { fix: fix.part })}
                  </Button>
                )}
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}
