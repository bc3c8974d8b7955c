// Units and thresholds.
import { type Thresholds, UNIT_GROUPS } from '@pharos/dashboards'
import { type ReactNode, useId } from 'react'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { ColorField } from './color-field.tsx'
import { NumberDraft } from './draft-input.tsx'

export function UnitField(props: { value: string; onChange: (unit: unknown) => void }): ReactNode {
  const list = useId()
  return (
    <>
      <input
        key={props.value}
        className="input"
        list={list}
        defaultValue={props.value}
        onBlur={(event) => {
          if (event.target.value !== props.value)
            props.onChange(event.target.value === '' ? undefined : event.target.value)
        }}
      />
      <datalist id={list}>
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
  const unit = value.mode === 'percentage' ? '%' : ''
  return (
    <div className="steps">
      {value.steps.map((step, index) => (
        // Steps are known by their place.
        <div key={index} className="step-row">
          {step.value === null ? (
            <span className="input is-fixed">{t('editor.base')}</span>
          ) : (
            <NumberDraft
              label={`${t('editor.thresholdFrom')} ${unit}`.trim()}
              value={step.value}
              onChange={(from) => {
                if (from !== undefined) set(value.steps.with(index, { ...step, value: from }))
              }}
            />
          )}
          {step.value !== null && unit !== '' && <span className="hint">{unit}</span>}
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
