// The form of one transformation, drawn from its description.
import type { JsonObject } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { choiceTitle } from '../../../data/choice-titles.ts'
import { valueOfPath, withPath } from '../../../data/json-path.ts'
import {
  type FormInput,
  isShown,
  type TransformForm as Description,
} from '../../../data/transform-forms.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { ChoiceInput, DraftInput, NumberDraft } from './draft-input.tsx'
import { useKnownNames } from './known-names-context.tsx'
import { CalcInput, CalcListInput, NameListInput } from './name-inputs.tsx'
import { GroupingRows, OrganizeRows, QueryRows } from './transform-tables.tsx'
import { useChoiceName } from './use-choice-name.ts'

interface FormProps {
  readonly options: JsonObject
  readonly onChange: (options: JsonObject) => void
}

export function TransformForm(props: FormProps & { form: Description }): ReactNode {
  const { form, ...rest } = props
  const t = useText()
  if (form.inputs.length === 0) return <p className="hint">{t('form.nothingToChoose')}</p>
  return <Inputs inputs={form.inputs} {...rest} />
}

function Inputs(props: FormProps & { inputs: readonly FormInput[] }): ReactNode {
  const { inputs, options, onChange } = props
  return (
    <div className="transform-form">
      {inputs
        .filter((input) => isShown(input, options))
        .map((input) => (
          <Input
            key={input.path}
            input={input}
            value={valueOfPath(options, input.path)}
            onChange={(value) => onChange(withPath(options, input.path, value))}
          />
        ))}
    </div>
  )
}

interface InputProps {
  readonly input: FormInput
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

function Input(props: InputProps): ReactNode {
  const { input, value, onChange } = props
  const t = useText()
  const label = t(input.label)
  const { fields, labels } = useKnownNames()
  switch (input.kind) {
    case 'switch':
      return (
        <label className="check">
          <input
            type="checkbox"
            checked={typeof value === 'boolean' ? value : input.standard}
            onChange={(event) => onChange(event.target.checked)}
          />
          {label}
        </label>
      )
    case 'fields':
      return (
        <NameListInput label={label} value={textsOf(value)} known={fields} onChange={onChange} />
      )
    case 'labels':
      return (
        <NameListInput label={label} value={textsOf(value)} known={labels} onChange={onChange} />
      )
    case 'calcs':
      return <CalcListInput label={label} value={textsOf(value)} onChange={onChange} />
    case 'list':
      return <ItemList {...props} list={input} />
    case 'organize':
      return <OrganizeRows options={objectOf(value)} onChange={onChange} />
    case 'grouping':
      return <GroupingRows options={objectOf(value)} onChange={onChange} />
    case 'perQuery':
      return <QueryRows options={objectOf(value)} onChange={onChange} />
    default:
      return (
        <label>
          <span>{label}</span>
          <SingleInput {...props} label={label} />
        </label>
      )
  }
}

function SingleInput({ input, value, onChange, label }: InputProps & { label: string }): ReactNode {
  const { fields, labels, refIds } = useKnownNames()
  const text = textOf(value)
  const orNothing = (given: string) => onChange(given === '' ? undefined : given)
  const nameOf = useChoiceName(choiceTitle)
  switch (input.kind) {
    case 'number':
      return (
        <NumberDraft
          label={label}
          value={text === '' ? undefined : Number(text)}
          onChange={onChange}
        />
      )
    case 'choice':
      return (
        <ChoiceInput
          label={label}
          value={text || input.values[0]!}
          values={input.values}
          titleOf={nameOf}
          onChange={onChange}
        />
      )
    case 'calc':
      return <CalcInput label={label} value={text || 'lastNotNull'} onChange={onChange} />
    case 'scalar':
      return (
        <DraftInput label={label} value={text} onChange={(given) => onChange(numberOr(given))} />
      )
    case 'operand':
      return (
        <DraftInput
          label={label}
          value={operandText(value)}
          suggestions={fields}
          onChange={(given) => onChange(operandOf(given))}
        />
      )
    case 'field':
      return (
        <DraftInput
          label={label}
          value={text}
          suggestions={fields}
          onChange={(name) => onChange(name)}
        />
      )
    case 'label':
      return <DraftInput label={label} value={text} suggestions={labels} onChange={orNothing} />
    case 'refId':
      return <DraftInput label={label} value={text} suggestions={refIds} onChange={orNothing} />
    default:
      return <DraftInput label={label} value={text} onChange={orNothing} />
  }
}

function ItemList(props: InputProps & { list: Extract<FormInput, { kind: 'list' }> }): ReactNode {
  const { value, onChange, list } = props
  const t = useText()
  const items = (Array.isArray(value) ? value : []) as unknown[]
  return (
    <fieldset className="steps is-boxed">
      <legend>{t(list.label)}</legend>
      {items.map((item, index) => (
        // Items are known by their place.
        <div key={index} className="form-item">
          <Inputs
            inputs={list.inputs}
            options={objectOf(item)}
            onChange={(next) => onChange(items.with(index, next))}
          />
          <IconButton
            icon="close"
            label={t('panel.remove')}
            onClick={() => onChange(items.toSpliced(index, 1))}
          />
        </div>
      ))}
      {items.length < (list.most ?? Infinity) && (
        <Button icon="plus" onClick={() => onChange([...items, structuredClone(list.fresh)])}>
          {t('form.add')}
        </Button>
      )}
    </fieldset>
  )
}

/** Files of today have `{ matcher }` or `{ fixed }`; those of old a text. */
function operandText(value: unknown): string {
  if (typeof value === 'string') return value
  return textOf(valueOfPath(value, 'matcher.options')) || textOf(valueOfPath(value, 'fixed'))
}

function operandOf(text: string): JsonObject {
  return typeof numberOr(text) === 'number'
    ? { fixed: text }
    : { matcher: { id: 'byName', options: text } }
}

function numberOr(text: string): number | string {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {}
}
