import type { Panel, Target } from '@pharos/dashboards'
import { type ReactNode, useCallback, useRef } from 'react'
import { withoutVariables } from '../../../data/expression-variables.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { ExpressionField } from '../../query/expression-field.tsx'

interface QueryListProps {
  readonly panel: Panel
  readonly onChange: (panel: Panel) => void
}

export function QueryList({ panel, onChange }: QueryListProps): ReactNode {
  const t = useText()
  const { targets } = panel
  const set = (index: number, target: Target) =>
    onChange({ ...panel, targets: targets.with(index, target) })
  return (
    <div className="query-list">
      {targets.map((target, index) => (
        <QueryRow
          // A query keeps its place while it is edited; its letter may be edited too.
          key={index}
          target={target}
          isFirst={index === 0}
          onChange={(next) => set(index, next)}
          onRemove={() => onChange({ ...panel, targets: targets.filter((_, at) => at !== index) })}
        />
      ))}
      <Button
        icon="plus"
        onClick={() =>
          onChange({ ...panel, targets: [...targets, { refId: nextRefId(targets), expr: '' }] })
        }
      >
        {t('query.add')}
      </Button>
    </div>
  )
}

/** The first letter that no query has; after Z come two letters. */
function nextRefId(targets: readonly Target[]): string {
  const used = new Set(targets.map(({ refId }) => refId))
  for (let i = 0; ; i++) {
    const letter = String.fromCharCode(65 + (i % 26))
    const name = i < 26 ? letter : `${String.fromCharCode(64 + Math.floor(i / 26))}${letter}`
    if (!used.has(name)) return name
  }
}

function QueryRow(props: {
  target: Target
  isFirst: boolean
  onChange: (target: Target) => void
  onRemove: () => void
}): ReactNode {
  const { target, onChange } = props
  const t = useText()
  // What is typed is asked on Enter, or when the editor is left: not at every letter.
  const draft = useRef(target.expr ?? '')
  const onInsertable = useCallback(() => undefined, [])
  const onDraft = useCallback((text: string) => {
    draft.current = text
  }, [])
  const setExpr = (expr: string) => {
    draft.current = expr
    if (expr !== (target.expr ?? '')) onChange({ ...target, expr })
  }
  return (
    <section className="query-edit" aria-label={t('editor.query', { name: target.refId })}>
      <header>
        <b>{target.refId}</b>
        <span className="spacer" />
        <IconButton
          icon="eye"
          label={t(target.hide === true ? 'editor.show' : 'editor.hide')}
          aria-pressed={target.hide !== true}
          onClick={() => onChange({ ...target, hide: target.hide !== true })}
        />
        <IconButton icon="trash" label={t('query.remove')} onClick={props.onRemove} />
      </header>
      <div
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setExpr(draft.current)
        }}
      >
        <ExpressionField
          value={target.expr ?? ''}
          isFirst={props.isFirst}
          readingsOf={withoutVariables}
          onChange={onDraft}
          onRun={setExpr}
          onInsertable={onInsertable}
        />
      </div>
      <QueryOptions target={target} onChange={onChange} />
    </section>
  )
}

function QueryOptions(props: { target: Target; onChange: (target: Target) => void }): ReactNode {
  const { target, onChange } = props
  const t = useText()
  const kind = target.instant === true ? (target.range === true ? 'both' : 'instant') : 'range'
  return (
    <div className="query-options">
      <TextOption
        label={t('editor.legend')}
        value={target.legendFormat ?? ''}
        onChange={(legendFormat) => onChange({ ...target, legendFormat })}
      />
      <label>
        {t('editor.format')}
        <select
          className="select"
          value={target.format ?? 'time_series'}
          onChange={(event) =>
            // The options below are the only values.
            onChange({ ...target, format: event.target.value as NonNullable<Target['format']> })
          }
        >
          <option value="time_series">{t('editor.formatSeries')}</option>
          <option value="table">{t('editor.formatTable')}</option>
          <option value="heatmap">{t('editor.formatHeatmap')}</option>
        </select>
      </label>
      <label>
        {t('editor.asked')}
        <select
          className="select"
          value={kind}
          onChange={(event) =>
            onChange({
              ...target,
              instant: event.target.value !== 'range',
              range: event.target.value !== 'instant',
            })
          }
        >
          <option value="range">{t('editor.askedRange')}</option>
          <option value="instant">{t('editor.askedInstant')}</option>
          <option value="both">{t('editor.askedBoth')}</option>
        </select>
      </label>
      <TextOption
        label={t('editor.minStep')}
        value={target.interval ?? ''}
        onChange={(interval) => onChange({ ...target, interval })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={target.exemplar === true}
          onChange={(event) => onChange({ ...target, exemplar: event.target.checked })}
        />
        {t('editor.exemplars')}
      </label>
    </div>
  )
}

function TextOption(props: {
  label: string
  value: string
  onChange: (value: string) => void
}): ReactNode {
  const { label, value, onChange } = props
  return (
    <label>
      {label}
      <input
        key={value}
        className="input"
        defaultValue={value}
        onBlur={(event) => {
          if (event.target.value !== value) onChange(event.target.value)
        }}
      />
    </label>
  )
}
