import { expect, test } from 'vitest'
import { choiceTitle } from './choice-titles.ts'
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
