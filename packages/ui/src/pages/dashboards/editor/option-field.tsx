// One option of a panel, by what it holds.
import type { Thresholds, ValueMapping } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { panelChoiceTitle } from '../../../data/choice-titles.ts'
import type { PanelOption } from '../../../data/panel-options.ts'
import { useText } from '../../../services.tsx'
import { ColorField } from './color-field.tsx'
import { LinkFields } from './link-fields.tsx'
import { MappingFields } from './mapping-fields.tsx'
import { CalcInput, CalcListInput } from './name-inputs.tsx'
import { useChoiceName } from './use-choice-name.ts'
import { ThresholdFields, UnitField } from './value-fields.tsx'

interface OptionFieldProps {
  readonly option: PanelOption
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

export function OptionField(props: OptionFieldProps): ReactNode {
  const { option, value, onChange } = props
  const t = useText()
  const label = t(option.label)
  switch (option.kind) {
    case 'switch':
      return (
        <label className="check">
          <input
            type="checkbox"
            checked={typeof value === 'boolean' ? value : option.standard}
            onChange={(event) => onChange(event.target.checked)}
          />
          {label}
        </label>
      )
    case 'thresholds':
      return <ThresholdFields value={value as Thresholds | undefined} onChange={onChange} />
    case 'mappings':
      return (
        <MappingFields
          value={(value ?? []) as ValueMapping[]}
          onChange={(mappings) => onChange(mappings.length === 0 ? undefined : mappings)}
        />
      )
    case 'links':
      return <LinkFields label={label} value={value} onChange={onChange} />
    case 'color':
      return (
        <div className="labelled">
          <span>{label}</span>
          <ColorField
            label={label}
            value={typeof value === 'string' ? value : ''}
            onChange={(color) => onChange(color === '' ? undefined : color)}
          />
        </div>
      )
    case 'calcs':
      return <CalcField {...props} label={label} isSingle={option.isSingle} />
    default:
      return (
        <label>
          {label}
          <PlainField {...props} />
        </label>
      )
  }
}

function PlainField({ option, value, onChange }: OptionFieldProps): ReactNode {
  const t = useText()
  const nameOf = useChoiceName(panelChoiceTitle)
  switch (option.kind) {
    case 'number':
      return (
        <input
          key={String(value)}
          className="input"
          type="number"
          step="any"
          min={option.least}
          max={option.most}
          placeholder={t('editor.auto')}
          defaultValue={typeof value === 'number' ? value : ''}
          onBlur={(event) => {
            const next = event.target.value === '' ? undefined : Number(event.target.value)
            if (next !== value) onChange(next)
          }}
        />
      )
    case 'choice':
      return (
        <select
          className="select"
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        >
          <option value="">{t('editor.standard')}</option>
          {[
            ...new Set([
              ...option.values,
              ...(typeof value === 'string' && value !== '' ? [value] : []),
            ]),
          ].map((one) => (
            <option key={one} value={one}>
              {nameOf(one)}
            </option>
          ))}
        </select>
      )
    case 'unit':
      return <UnitField value={typeof value === 'string' ? value : ''} onChange={onChange} />
    default:
      return (
        <textarea
          key={String(value)}
          className="input"
          rows={option.path === 'options.content' ? 8 : 1}
          defaultValue={typeof value === 'string' ? value : ''}
          onBlur={(event) => {
            const next = event.target.value === '' ? undefined : event.target.value
            if (next !== value) onChange(next ?? (option.path === 'title' ? '' : undefined))
          }}
        />
      )
  }
}

function CalcField(props: OptionFieldProps & { label: string; isSingle: boolean }): ReactNode {
  const { value, onChange, label, isSingle } = props
  const chosen = Array.isArray(value)
    ? value.filter((one): one is string => typeof one === 'string')
    : []
  if (isSingle)
    return (
      <label>
        {label}
        <CalcInput
          label={label}
          value={chosen[0] ?? 'lastNotNull'}
          onChange={(calc) => onChange([calc])}
        />
      </label>
    )
  return (
    <CalcListInput
      label={label}
      value={chosen}
      onChange={(calcs) => onChange(calcs.length === 0 ? undefined : calcs)}
    />
  )
}
