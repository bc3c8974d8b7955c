// The options of a panel, group by group; a word finds one, a switch shows only those that were changed.
import type { Panel } from '@pharos/dashboards'
import { type ReactNode, useState } from 'react'
import { valueOfPath, withPath } from '../../../data/json-path.ts'
import { optionsOf, type PanelOption } from '../../../data/panel-options.ts'
import { everyWordIn, wordsOf } from '../../../data/search.ts'
import { useText } from '../../../services.tsx'
import { OptionField } from './option-field.tsx'
import { OverrideList } from './override-list.tsx'

interface OptionListProps {
  readonly panel: Panel
  readonly onChange: (panel: Panel) => void
}

export function OptionList({ panel, onChange }: OptionListProps): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const [onlyChanged, setOnlyChanged] = useState(false)
  const words = wordsOf(text)
  const shown = optionsOf(panel.type).filter(
    ({ path, label, group }) =>
      everyWordIn(words, `${t(label)} ${t(group)} ${path}`.toLowerCase()) &&
      (!onlyChanged || valueOfPath(panel, path) !== undefined),
  )
  const groups = Map.groupBy(shown, ({ group }) => group)
  return (
    <>
      <div className="option-search">
        <input
          className="input"
          type="search"
          aria-label={t('editor.searchOptions')}
          placeholder={t('editor.searchOptions')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={onlyChanged}
            onChange={(event) => setOnlyChanged(event.target.checked)}
          />
          {t('editor.onlyChanged')}
        </label>
      </div>
      {[...groups].map(([group, options]) => (
        <details key={group} open>
          <summary>{t(group)}</summary>
          {options.map((option) => (
            <Option key={option.path} option={option} panel={panel} onChange={onChange} />
          ))}
        </details>
      ))}
      {words.length === 0 && <OverrideList panel={panel} onChange={onChange} />}
    </>
  )
}

function Option({ option, panel, onChange }: OptionListProps & { option: PanelOption }): ReactNode {
  return (
    <OptionField
      option={option}
      value={valueOfPath(panel, option.path)}
      onChange={(value) => onChange(withPath(panel, option.path, value))}
    />
  )
}
