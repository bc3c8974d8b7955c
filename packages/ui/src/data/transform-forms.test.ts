import { type Frame, frameOfFields, type JsonObject } from '@pharos/dashboards'
import { applyTransformations, TRANSFORMATION_IDS } from '@pharos/dashboards/transform'
import { expect, test } from 'vitest'
import { words as editorWords } from '../text/en-editor.ts'
import { words as dashboardWords } from '../text/en-dashboards.ts'
import { valueOfPath, withPath } from './json-path.ts'
import { type FormInput, isShown, TRANSFORM_FORMS, transformForm } from './transform-forms.ts'

/** Parts of `organize` that files of old name by themselves: their JSON is shown. */
const WITHOUT_FORM = ['filterFields', 'order', 'rename']

test('every transformation that is carried out has a form, and no form is for another', () => {
  const missing = TRANSFORMATION_IDS.filter((id) => transformForm(id) === undefined)
  expect(missing.sort()).toEqual(WITHOUT_FORM)
  expect(TRANSFORM_FORMS.filter(({ id }) => !TRANSFORMATION_IDS.includes(id))).toEqual([])
})

test('every input has words, and its path is one that its transformation reads', async () => {
  const words: Readonly<Record<string, unknown>> = { ...editorWords, ...dashboardWords }
  const { readFileSync, readdirSync } = await import('node:fs')
  const folder = new URL('../../../dashboards/src/transform/', import.meta.url)
  const sources = readdirSync(folder)
    .filter((name) => !name.includes('.test.'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
  const check = (inputs: readonly FormInput[]): void => {
    for (const input of inputs) {
      expect(words[input.label], input.label).toBeDefined()
      for (const step of input.path.split('.').filter((one) => one !== ''))
        expect(sources, step).toMatch(new RegExp(`\\b${step}\\b`))
      if (input.kind === 'list') check(input.inputs)
    }
  }
  for (const { label, inputs } of TRANSFORM_FORMS) {
    expect(words[label], label).toBeDefined()
    check(inputs)
  }
})

const FRAME: Frame = {
  ...frameOfFields([
    { name: 'Time', type: 'time', values: Float64Array.of(1000, 2000), config: {} },
    {
      name: 'Value',
      type: 'number',
      values: Float64Array.of(1, 2),
      labels: { job: 'a' },
      config: {},
    },
  ]),
  refId: 'A',
}

test('what a form begins with, and each of its choices, can be carried out', () => {
  for (const { id, inputs, fresh = {} } of TRANSFORM_FORMS) {
    const choices = inputs.flatMap((input) =>
      input.kind === 'choice' ? input.values.map((value) => [input.path, value] as const) : [],
    )
    for (const [path, value] of [['', undefined] as const, ...choices]) {
      const options = path === '' ? fresh : withPath(fresh, path, value)
      expect(() => applyTransformations([FRAME, FRAME], [{ id, options }]), id).not.toThrow()
    }
  }
})

test('an input is shown while it means something', () => {
  const shown = (options: JsonObject): string[] =>
    transformForm('calculateField')!
      .inputs.filter((input) => isShown(input, options))
      .map(({ path }) => path)
  expect(shown({})).toEqual(['mode', 'reduce.include', 'reduce.reducer', 'alias', 'replaceFields'])
  expect(shown({ mode: 'binary' })).toContain('binary.left')
  expect(shown({ mode: 'index' })).not.toContain('reduce.include')
  expect(valueOfPath(transformForm('seriesToColumns'), 'id')).toBe('joinByField')
})
