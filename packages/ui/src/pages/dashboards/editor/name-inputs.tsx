// Names of fields and calculations, one or several.
import type { ReactNode } from 'react'
import { CALCS, useCalcTitle } from '../../../kit/use-calc-title.ts'
import { useText } from '../../../services.tsx'
import { ChoiceInput, DraftInput } from './draft-input.tsx'

/** Several of the names that are known; others can be written. */
export function NameListInput(props: {
  label: string
  value: readonly string[]
  known: readonly string[]
  titleOf?: (name: string) => string
  onChange: (names: readonly string[]) => void
}): ReactNode {
  const { label, value, known, titleOf = (name) => name, onChange } = props
  const t = useText()
  const all = [...new Set([...known, ...value])]
  return (
    <fieldset className="calc-list">
      <legend>{label}</legend>
      {all.map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={value.includes(name)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...value, name] : value.filter((one) => one !== name),
              )
            }
          />
          <span>{titleOf(name)}</span>
        </label>
      ))}
      <DraftInput
        label={`${label}: ${t('form.another')}`}
        placeholder={t('form.another')}
        value=""
        onChange={(name) => {
          if (!value.includes(name)) onChange([...value, name])
        }}
      />
    </fieldset>
  )
}

export function CalcInput(props: {
  label: string
  value: string
  onChange: (calc: string) => void
}): ReactNode {
  return <ChoiceInput {...props} values={CALCS} titleOf={useCalcTitle()} />
}

/** The calculations that most panels use, and those that are chosen. */
const OFTEN = 10

export function CalcListInput(props: {
  label: string
  value: readonly string[]
  onChange: (calcs: readonly string[]) => void
}): ReactNode {
  const calcTitle = useCalcTitle()
  return <NameListInput {...props} known={CALCS.slice(0, OFTEN)} titleOf={calcTitle} />
}
