import { ALL_TEXT, ALL_VALUE, isAll, type Variable, type VariableOption } from '@pharos/dashboards'
import { type ReactNode, useState } from 'react'
import { everyWordIn, wordsOf } from '../../data/search.ts'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'

export interface VariablePopoverProps extends PopoverContentProps {
  readonly variable: Variable
  readonly onChoose: (values: readonly string[]) => void
}

const SHOWN_MAX = 300
const SEARCH_FROM = 8

/** One or several of the options; several are taken together when the list closes. */
export function VariablePopover(props: VariablePopoverProps): ReactNode {
  const { variable, onChoose, onClose } = props
  const { model, current } = variable
  const t = useText()
  const [text, setText] = useState('')
  const isMulti = model.multi === true
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => chosenValues(variable))
  const words = wordsOf(text)
  const all: readonly VariableOption[] =
    model.includeAll === true
      ? [{ text: ALL_TEXT, value: ALL_VALUE }, ...variable.options]
      : variable.options
  const found = all.filter((option) => everyWordIn(words, option.text.toLowerCase()))
  const close = () => {
    const before = Array.isArray(current.value) ? current.value : [String(current.value)]
    const next = [...chosen]
    if (isMulti && next.length > 0 && next.join('\n') !== before.join('\n')) onChoose(next)
    onClose()
  }
  const pick = (value: string) => {
    if (!isMulti) {
      onChoose([value])
      onClose()
      return
    }
    const next = new Set(value === ALL_VALUE ? [] : [...chosen].filter((one) => one !== ALL_VALUE))
    if (chosen.has(value)) next.delete(value)
    else next.add(value)
    setChosen(next)
  }
  return (
    <AnchoredPopover
      title={variable.label}
      className="variable-popover"
      trigger={props.trigger}
      onClose={close}
    >
      {variable.options.length >= SEARCH_FROM && (
        <input
          className="input"
          type="search"
          aria-label={t('dash.searchOptions')}
          placeholder={t('dash.searchOptions')}
          // A list that was opened to be searched.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const first = found[0]
            if (event.key === 'Enter' && first !== undefined) pick(first.value)
          }}
        />
      )}
      <Options
        options={found.slice(0, SHOWN_MAX)}
        chosen={chosen}
        isMulti={isMulti}
        onPick={pick}
      />
      {found.length > SHOWN_MAX && (
        <p className="hint">{t('dash.moreOptions', { count: found.length - SHOWN_MAX })}</p>
      )}
      {found.length === 0 && <p className="hint">{variable.problem ?? t('dash.noOption')}</p>}
    </AnchoredPopover>
  )
}

function chosenValues({ current }: Variable): ReadonlySet<string> {
  if (isAll(current)) return new Set([ALL_VALUE])
  return new Set(typeof current.value === 'string' ? [current.value] : current.value)
}

function Options(props: {
  options: readonly VariableOption[]
  chosen: ReadonlySet<string>
  isMulti: boolean
  onPick: (value: string) => void
}): ReactNode {
  const { chosen, onPick } = props
  const t = useText()
  return (
    <ul>
      {props.options.map(({ value, text }) => {
        const shown = value === ALL_VALUE ? t('dash.all') : text
        return (
          <li key={value}>
            {props.isMulti ? (
              <label>
                <input type="checkbox" checked={chosen.has(value)} onChange={() => onPick(value)} />
                <span>{shown}</span>
              </label>
            ) : (
              <button
                type="button"
                aria-current={chosen.has(value) ? 'true' : undefined}
                onClick={() => onPick(value)}
              >
                {shown}
              </button>
            )}
          </li>
        )
      })}
    </ul>
  )
}
