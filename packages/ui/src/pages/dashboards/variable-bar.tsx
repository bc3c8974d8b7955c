// The variables of a dashboard, each with what is chosen.
import { type AdhocFilter, isAll, type Variable } from '@pharos/dashboards'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { Icon } from '../../kit/icon.tsx'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'
import type { DashboardSession } from './use-dashboard-session.ts'
import type { VariablePopoverProps } from './variable-popover.tsx'
import type { FilterPopoverProps } from './filter-popover.tsx'

export function VariableBar({ session }: { session: DashboardSession }): ReactNode {
  const t = useText()
  const shown = (session.variables?.list ?? []).filter(isShown)
  if (shown.length === 0) return null
  return (
    <section className="variable-bar" aria-label={t('dash.variables')}>
      {shown.map((variable) => (
        <VariableControl key={variable.name} variable={variable} session={session} />
      ))}
    </section>
  )
}

function isShown({ model, options }: Variable): boolean {
  if (model.hide === 2 || model.type === 'constant' || model.type === 'system') return false
  // One data source is no choice.
  return model.type !== 'datasource' || options.length > 1
}

interface ControlProps {
  readonly variable: Variable
  readonly session: DashboardSession
}

function VariableControl(props: ControlProps): ReactNode {
  switch (props.variable.model.type) {
    case 'textbox':
      return <TextControl {...props} />
    case 'adhoc':
      return <FilterControl {...props} />
    default:
      return <ChoiceControl {...props} />
  }
}

function Labelled(props: { variable: Variable; children: ReactNode }): ReactNode {
  const { variable } = props
  return (
    <span className="variable">
      {variable.model.hide !== 1 && (
        <span
          className="variable-label"
          title={variable.problem ?? variable.model.description ?? ''}
        >
          {variable.label}
          {variable.problem !== undefined && <Icon name="warning" size={12} />}
        </span>
      )}
      {props.children}
    </span>
  )
}

function TextControl({ variable, session }: ControlProps): ReactNode {
  const value = String(variable.current.value)
  const take = (text: string) => {
    if (text !== value) session.choose(variable.name, [text])
  }
  return (
    <Labelled variable={variable}>
      <input
        key={value}
        className="input"
        aria-label={variable.label}
        defaultValue={value}
        onBlur={(event) => take(event.currentTarget.value)}
        onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
          if (event.key === 'Enter') take(event.currentTarget.value)
        }}
      />
    </Labelled>
  )
}

function ChoiceControl({ variable, session }: ControlProps): ReactNode {
  const t = useText()
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<VariablePopoverProps>(
    async () => (await import('./variable-popover.tsx')).VariablePopover,
  )
  const { text } = variable.current
  const shown = isAll(variable.current)
    ? t('dash.all')
    : Array.isArray(text)
      ? text.join(' + ')
      : String(text)
  return (
    <Labelled variable={variable}>
      <button
        ref={trigger}
        type="button"
        className="btn"
        aria-label={`${variable.label}: ${shown}`}
        aria-haspopup="dialog"
        aria-expanded={popover.isOpen}
        onPointerEnter={popover.preload}
        onFocus={popover.preload}
        onClick={popover.open}
      >
        <span>{shown === '' ? t('dash.nothingChosen') : shown}</span>
        <Icon name="down" size={14} />
      </button>
      <PopoverSlot
        {...popover}
        content={{
          trigger,
          onClose: popover.close,
          variable,
          onChoose: (values) => session.choose(variable.name, values),
        }}
      />
    </Labelled>
  )
}

function FilterControl({ variable, session }: ControlProps): ReactNode {
  const t = useText()
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<FilterPopoverProps>(
    async () => (await import('./filter-popover.tsx')).FilterPopover,
  )
  const set = (filters: readonly AdhocFilter[]) => session.setFilters(variable.name, filters)
  return (
    <Labelled variable={variable}>
      {variable.filters.map((filter, index) => (
        <button
          // Filters have no other identity than their place.
          key={index}
          type="button"
          className="btn filter-chip"
          title={t('dash.removeFilter')}
          onClick={() => set(variable.filters.filter((_, at) => at !== index))}
        >
          {filter.key} {filter.operator} {filter.value}
          <Icon name="close" size={12} />
        </button>
      ))}
      <button
        ref={trigger}
        type="button"
        className="icon-btn is-framed"
        aria-label={t('dash.addFilter')}
        title={t('dash.addFilter')}
        aria-haspopup="dialog"
        aria-expanded={popover.isOpen}
        onPointerEnter={popover.preload}
        onFocus={popover.preload}
        onClick={popover.open}
      >
        <Icon name="plus" size={14} />
      </button>
      <PopoverSlot
        {...popover}
        content={{
          trigger,
          onClose: popover.close,
          range: session.range,
          onAdd: (filter) => set([...variable.filters, filter]),
        }}
      />
    </Labelled>
  )
}
