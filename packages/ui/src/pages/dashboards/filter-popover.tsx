import type { AdhocFilter, TimeRange } from '@pharos/dashboards'
import { type FormEvent, type ReactNode, useState } from 'react'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

export interface FilterPopoverProps extends PopoverContentProps {
  readonly range: TimeRange
  readonly onAdd: (filter: AdhocFilter) => void
}

const OPERATORS = ['=', '!=', '=~', '!~']

/** One more condition for every query of the dashboard. */
export function FilterPopover(props: FilterPopoverProps): ReactNode {
  const t = useText()
  const [key, setKey] = useState('')
  const [operator, setOperator] = useState('=')
  const [value, setValue] = useState('')
  const times = {
    start: Math.floor(props.range.fromMs / 1000),
    end: Math.ceil(props.range.toMs / 1000),
  }
  const names = useApi<readonly string[]>('labels', times)
  const values = useApi<readonly string[]>(`label/${encodeURIComponent(key)}/values`, times, {
    enabled: names.data?.data.includes(key) === true,
  })
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() === '') return
    props.onAdd({ key: key.trim(), operator, value })
    props.onClose()
  }
  return (
    <AnchoredPopover
      title={t('dash.addFilter')}
      className="filter-popover"
      trigger={props.trigger}
      onClose={props.onClose}
    >
      <form onSubmit={add}>
        <label>
          {t('dash.filterLabel')}
          <input
            className="input"
            list="filter-names"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        <label>
          {t('dash.filterOperator')}
          <select
            className="select"
            value={operator}
            onChange={(event) => setOperator(event.target.value)}
          >
            {OPERATORS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          {t('dash.filterValue')}
          <input
            className="input"
            list="filter-values"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        </label>
        <Choices id="filter-names" values={names.data?.data ?? []} />
        <Choices id="filter-values" values={values.data?.data ?? []} />
        <button type="submit" className="btn is-primary">
          {t('dash.addFilter')}
        </button>
      </form>
    </AnchoredPopover>
  )
}

const CHOICES_MAX = 500

function Choices(props: { id: string; values: readonly string[] }): ReactNode {
  return (
    <datalist id={props.id}>
      {props.values.slice(0, CHOICES_MAX).map((one) => (
        <option key={one}>{one}</option>
      ))}
    </datalist>
  )
}
