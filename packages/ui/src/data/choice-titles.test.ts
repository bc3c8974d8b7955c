import { expect, test } from 'vitest'
import { choiceTitle, panelChoiceTitle } from './choice-titles.ts'
import { PANEL_OPTIONS } from './panel-options.ts'
import { type FormInput, TRANSFORM_FORMS } from './transform-forms.ts'

function choicesOf(inputs: readonly FormInput[]): readonly string[] {
  return inputs.flatMap((input) =>
    input.kind === 'choice' ? input.values : input.kind === 'list' ? choicesOf(input.inputs) : [],
  )
}

test('every choice of a transformation has a name in the dictionaries, but for operators', () => {
  const all = new Set(TRANSFORM_FORMS.flatMap(({ inputs }) => choicesOf(inputs)))
  const unnamed = [...all].filter((choice) => choiceTitle(choice) === undefined)
  expect(unnamed).toEqual(['+', '-', '*', '/'])
  expect(choiceTitle('constructor')).toBeUndefined()
})

test('every choice of a panel has a name in the dictionaries', () => {
  const all = PANEL_OPTIONS.flatMap((option) => (option.kind === 'choice' ? option.values : []))
  expect(all.length).toBeGreaterThan(50)
  expect(all.filter((choice) => panelChoiceTitle(choice) === undefined)).toEqual([])
  expect(panelChoiceTitle('toString')).toBeUndefined()
})
