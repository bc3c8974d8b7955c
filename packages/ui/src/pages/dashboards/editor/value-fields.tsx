// Units, thresholds and mappings.
import { type Thresholds, UNIT_GROUPS, type ValueMapping } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useSettings, useText } from '../../../services.tsx'
import { stepColor } from '../../../viz/field-look.ts'

export function UnitField(props: { value: string; onChange: (unit: unknown) => void }): ReactNode {
  return (
    <>
      <input
        key={props.value}
        className="input"
        list="units"
        defaultValue={props.value}
        onBlur={(event) => {
          if (event.target.value !== props.value)
            props.onChange(event.target.value === '' ? undefined : event.target.value)
        }}
      />
      <datalist id="units">
        {UNIT_GROUPS.flatMap(({ name: group, units }) =>
          units.map(({ id, name }) => (
            <option key={`${group} ${id}`} value={id}>
              {`${group}: ${name}`}
            </option>
          )),
        )}
      </datalist>
    </>
  )
}

/** A colour by name or as CSS: what it is called can be typed, how it looks can be picked. */
function ColorField(props: {
  label: string
  value: string
  onChange: (color: string) => void
}): ReactNode {
  const { theme } = useSettings()
  return (
    <span className="color-field">
      <input
        type="color"
        aria-label={props.label}
        value={stepColor(props.value, theme)}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <input
        key={props.value}
        className="input"
        aria-label={props.label}
        defaultValue={props.value}
        onBlur={(event) => {
          if (event.target.value !== props.value) props.onChange(event.target.value)
        }}
      />
    </span>
  )
}

const STANDARD: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

export function ThresholdFields(props: {
  value: Thresholds | undefined
  onChange: (thresholds: Thresholds) => void
}): ReactNode {
  const { value = STANDARD, onChange } = props
  const t = useText()
  const set = (steps: Thresholds['steps']) =>
    onChange({
      ...value,
      steps: steps.toSorted((a, b) => (a.value ?? -Infinity) - (b.value ?? -Infinity)),
    })
  return (
    <div className="steps">
      {value.steps.map((step, index) => (
        // Steps are known by their place.
        <div key={index} className="step-row">
          {step.value === null ? (
            <span className="input is-fixed">{t('editor.base')}</span>
          ) : (
            <input
              key={step.value}
              className="input"
              type="number"
              step="any"
              aria-label={t('editor.thresholdFrom')}
              defaultValue={step.value}
              onBlur={(event) =>
                set(value.steps.with(index, { ...step, value: Number(event.target.value) }))
              }
            />
          )}
          <ColorField
            label={t('editor.color')}
            value={step.color}
            onChange={(color) => set(value.steps.with(index, { ...step, color }))}
          />
          <IconButton
            icon="trash"
            label={t('panel.remove')}
            disabled={step.value === null}
            onClick={() => set(value.steps.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div className="step-row">
        <Button
          icon="plus"
          onClick={() =>
            set([...value.steps, { value: (value.steps.at(-1)?.value ?? 0) + 10, color: 'orange' }])
          }
        >
          {t('editor.addThreshold')}
        </Button>
        <label className="check">
          <input
            type="checkbox"
            checked={value.mode === 'percentage'}
            onChange={(event) =>
              onChange({ ...value, mode: event.target.checked ? 'percentage' : 'absolute' })
            }
          />
          {t('editor.percentage')}
        </label>
      </div>
    </div>
  )
}

/** Values with words of their own; ranges, patterns and the rest are in the JSON and stay there. */
export function MappingFields(props: {
  value: readonly ValueMapping[]
  onChange: (mappings: unknown) => void
}): ReactNode {
  const { value, onChange } = props
  const t = useText()
  const at = value.findIndex(({ type }) => type === 'value')
  const found = value[at]
  const options = found?.type === 'value' ? found.options : {}
  const rows = Object.entries(options)
  const set = (next: [string, { text?: string; color?: string }][]) => {
    const mapping = { type: 'value', options: Object.fromEntries(next) }
    const rest = value.filter((_, index) => index !== at)
    onChange(next.length === 0 ? rest : [mapping, ...rest])
  }
  return (
    <div className="steps">
      {rows.map(([from, result], index) => (
        // Rows are known by their place: the value itself is edited.
        <div key={index} className="step-row">
          <input
            className="input"
            aria-label={t('editor.mapFrom')}
            defaultValue={from}
            onBlur={(event) => set(rows.with(index, [event.target.value, result]))}
          />
          <input
            className="input"
            aria-label={t('editor.mapTo')}
            defaultValue={result.text ?? ''}
            onBlur={(event) =>
              set(rows.with(index, [from, { ...result, text: event.target.value }]))
            }
          />
          <ColorField
            label={t('editor.color')}
            value={result.color ?? ''}
            onChange={(color) => set(rows.with(index, [from, { ...result, color }]))}
          />
          <IconButton
            icon="trash"
            label={t('panel.remove')}
            onClick={() => set(rows.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      {value.length > (at < 0 ? 0 : 1) && <p className="hint">{t('editor.otherMappings')}</p>}
      <Button icon="plus" onClick={() => set([...rows, [String(rows.length), { text: '' }]])}>
        {t('editor.addMapping')}
      </Button>
    </div>
  )
}
