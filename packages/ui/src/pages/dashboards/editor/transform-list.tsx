import type { Panel, Transformation } from '@pharos/dashboards'
import { type ReactNode, useState } from 'react'
import { IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { readJson } from '../read-json.ts'

const KNOWN = [
  'organize',
  'joinByField',
  'merge',
  'renameByRegex',
  'filterFieldsByName',
  'groupBy',
  'sortBy',
  'calculateField',
  'timeSeriesTable',
  'reduce',
  'labelsToFields',
  'extractFields',
  'filterByValue',
  'limit',
  'seriesToRows',
  'groupingToMatrix',
  'convertFieldType',
  'concatenate',
  'histogram',
]

/** Transformations in their order. Their options are JSON: what Grafana's documentation says of them holds here. */
export function TransformList(props: {
  panel: Panel
  onChange: (panel: Panel) => void
}): ReactNode {
  const { panel, onChange } = props
  const t = useText()
  const list = panel.transformations
  const set = (transformations: Transformation[]) => onChange({ ...panel, transformations })
  return (
    <div className="query-list">
      {list.map((one, index) => (
        <section
          // A transformation is known by its place.
          key={`${index} ${one.id}`}
          className="query-edit"
          aria-label={one.id}
        >
          <header>
            <b>{one.id}</b>
            <span className="spacer" />
            <IconButton
              icon="up"
              label={t('editor.moveUp')}
              disabled={index === 0}
              onClick={() => set(list.with(index, list[index - 1]!).with(index - 1, one))}
            />
            <IconButton
              icon="eye"
              label={t(one.disabled === true ? 'editor.show' : 'editor.hide')}
              aria-pressed={one.disabled !== true}
              onClick={() => set(list.with(index, { ...one, disabled: one.disabled !== true }))}
            />
            <IconButton
              icon="trash"
              label={t('panel.remove')}
              onClick={() => set(list.filter((_, at) => at !== index))}
            />
          </header>
          <OptionsJson
            options={one.options}
            onChange={(options) => set(list.with(index, { ...one, options }))}
          />
        </section>
      ))}
      <select
        className="select"
        aria-label={t('editor.addTransform')}
        value=""
        onChange={(event) => set([...list, { id: event.target.value, options: {} }])}
      >
        <option value="">{t('editor.addTransform')}</option>
        {KNOWN.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </div>
  )
}

function OptionsJson(props: {
  options: Transformation['options']
  onChange: (options: Transformation['options']) => void
}): ReactNode {
  const t = useText()
  const shown = JSON.stringify(props.options, undefined, 2)
  const [fault, setFault] = useState<string | undefined>(undefined)
  return (
    <>
      <textarea
        key={shown}
        className="input source is-short"
        aria-label={t('inspect.json')}
        spellCheck={false}
        defaultValue={shown}
        onBlur={(event) => {
          if (event.target.value === shown) return
          const read = readJson(event.target.value)
          if ('fault' in read) setFault(read.fault)
          else if (
            typeof read.value === 'object' &&
            read.value !== null &&
            !Array.isArray(read.value)
          ) {
            setFault(undefined)
            // Checked just above to be an object.
            props.onChange(read.value as Transformation['options'])
          } else setFault(t('editor.wantsObject'))
        }}
      />
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {fault}
        </p>
      )}
    </>
  )
}
