// What is chosen: from the link, from the file, or the first that can be.
import type { VariableModel } from '../dashboard.ts'
import { objectOf } from '../json.ts'
import { ALL_TEXT, ALL_VALUE, listOf, type VariableOption, type VariableValue } from './variable.ts'

/** As the file has it. Values there may be of any kind. */
export function storedValue({ current }: VariableModel): VariableValue | undefined {
  const { text, value } = objectOf(current)
  if (value === undefined || value === null || value === '') return undefined
  return { text: texts(text ?? value), value: texts(value) }
}

function texts(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value)
}

/** From what stands in a link: values only; texts are looked up among the options. */
export function valueOfList(
  model: VariableModel,
  values: readonly string[],
  options: readonly VariableOption[],
): VariableValue {
  const isEverything = values.includes(ALL_VALUE) || (values.length === 1 && values[0] === ALL_TEXT)
  if (isEverything && model.includeAll === true) return allOf(model)
  const textOfValue = (value: string): string =>
    options.find((one) => one.value === value)?.text ?? value
  if (model.multi === true) return { text: values.map(textOfValue), value: [...values] }
  const [first = ''] = values
  return { text: textOfValue(first), value: first }
}

function allOf(model: VariableModel): VariableValue {
  return model.multi === true
    ? { text: [ALL_TEXT], value: [ALL_VALUE] }
    : { text: ALL_TEXT, value: ALL_VALUE }
}

/**
 * The same choice as far as the options have it; what they do not have goes, and when nothing is left the first option
 * is taken (All where it is offered). Without any option the choice stays: nobody knows better.
 */
export function validValue(
  model: VariableModel,
  current: VariableValue | undefined,
  options: readonly VariableOption[],
): VariableValue {
  if (options.length === 0 && !(model.includeAll === true && typeof model.allValue === 'string'))
    return current ?? { text: '', value: '' }
  const wanted = current === undefined ? [] : listOf(current.value)
  if (wanted.includes(ALL_VALUE) && model.includeAll === true) return allOf(model)
  const shown = current === undefined ? [] : listOf(current.text)
  const kept = wanted.flatMap((value, i) => {
    // Old files name data sources, and link texts, where values are meant.
    const found =
      options.find((one) => one.value === value) ??
      options.find((one) => one.text === value) ??
      options.find((one) => one.text === shown[i])
    return found === undefined ? [] : [found]
  })
  if (kept.length === 0) {
    if (model.includeAll === true) return allOf(model)
    kept.push(options[0]!)
  }
  if (model.multi === true)
    return { text: kept.map(({ text }) => text), value: kept.map(({ value }) => value) }
  return { text: kept[0]!.text, value: kept[0]!.value }
}
