// Which fields an override means.
import { fieldMatcher, type Matcher } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { valueOfPath, withPath } from '../../../data/json-path.ts'
import { useText } from '../../../services.tsx'
import { ChoiceInput, DraftInput } from './draft-input.tsx'
import { useKnownNames } from './known-names-context.tsx'
import { CalcInput, NameListInput } from './name-inputs.tsx'

const MATCHERS = [
  'byName',
  'byNames',
  'byRegexp',
  'byRegexpOrNames',
  'byFrameRefID',
  'byType',
  'byTypes',
  'byValue',
  'numeric',
  'time',
  'first',
  'firstTimeField',
]
const TYPES = ['number', 'string', 'time', 'boolean', 'frame', 'other']
const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq']

/** What each matcher begins with; undefined for one that wants nothing. */
function optionsFor(id: string, before: Matcher): unknown {
  const text = typeof before.options === 'string' ? before.options : ''
  switch (id) {
    case 'byName':
    case 'byRegexp':
    case 'byFrameRefID':
      return text
    case 'byNames':
      return { mode: 'include', names: text === '' ? [] : [text] }
    case 'byRegexpOrNames':
      return { pattern: '', names: text === '' ? [] : [text] }
    case 'byType':
      return 'number'
    case 'byTypes':
      return ['number']
    case 'byValue':
      return { reducer: 'max', op: 'gt', value: 0 }
    default:
      return undefined
  }
}

interface MatcherFieldsProps {
  readonly matcher: Matcher
  readonly onChange: (matcher: Matcher) => void
}

export function MatcherFields({ matcher, onChange }: MatcherFieldsProps): ReactNode {
  const t = useText()
  return (
    <>
      <ChoiceInput
        label={t('editor.matcher')}
        value={matcher.id}
        values={MATCHERS}
        onChange={(id) => {
          const { options: _, ...rest } = matcher
          const options = optionsFor(id, matcher)
          onChange({ ...rest, id, ...(options === undefined ? {} : { options }) })
        }}
      />
      <MatcherOptions matcher={matcher} onChange={onChange} />
    </>
  )
}

function MatcherOptions({ matcher, onChange }: MatcherFieldsProps): ReactNode {
  const t = useText()
  const { fields, refIds } = useKnownNames()
  const { id, options } = matcher
  const set = (path: string, value: unknown) =>
    onChange({ ...matcher, options: withPath(options, path, value) })
  const text = (path: string): string => {
    const value = valueOfPath(options, path)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const texts = (path: string): string[] => {
    const value = valueOfPath(options, path)
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  }
  const textInput = (path: string, suggestions: readonly string[]) => (
    <DraftInput
      label={t('editor.matches')}
      placeholder={t('editor.matches')}
      value={text(path)}
      suggestions={suggestions}
      onChange={(value) => set(path, value)}
    />
  )
  const names = (path: string, known: readonly string[]) => (
    <NameListInput
      label={t('form.fields')}
      value={texts(path)}
      known={known}
      onChange={(list) => set(path, list)}
    />
  )
  switch (id) {
    case 'byName':
      return textInput('', fields)
    case 'byRegexp':
      return textInput('', [])
    case 'byFrameRefID':
      return textInput('', refIds)
    case 'byNames':
      return (
        <>
          <ChoiceInput
            label={t('form.mode')}
            value={text('mode') || 'include'}
            values={['include', 'exclude']}
            onChange={(mode) => set('mode', mode)}
          />
          {names('names', fields)}
        </>
      )
    case 'byRegexpOrNames':
      return (
        <>
          {textInput('pattern', [])}
          {names('names', fields)}
        </>
      )
    case 'byType':
      return (
        <ChoiceInput
          label={t('form.type')}
          value={text('')}
          values={TYPES}
          onChange={(type) => set('', type)}
        />
      )
    case 'byTypes':
      return names('', TYPES)
    case 'byValue':
      return (
        <>
          <CalcInput
            label={t('opt.calculation')}
            value={text('reducer')}
            onChange={(calc) => set('reducer', calc)}
          />
          <div className="step-row">
            <ChoiceInput
              label={t('form.condition')}
              value={text('op') || 'eq'}
              values={OPERATORS}
              onChange={(op) => set('op', op)}
            />
            <DraftInput
              label={t('form.value')}
              value={text('value')}
              onChange={(value) => set('value', numberOr(value))}
            />
          </div>
        </>
      )
    default:
      // One that wants nothing, or one of somebody else's, which keeps its JSON.
      return options === undefined || fieldMatcher(matcher) !== undefined ? null : (
        <code>{JSON.stringify(options)}</code>
      )
  }
}

function numberOr(text: string): number | string {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}
