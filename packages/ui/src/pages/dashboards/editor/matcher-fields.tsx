// Which fields an override means.
import { fieldMatcher, type Matcher } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { choiceTitle, panelChoiceTitle } from '../../../data/choice-titles.ts'
import { valueOfPath, withPath } from '../../../data/json-path.ts'
import { useText } from '../../../services.tsx'
import { ChoiceInput, DraftInput } from './draft-input.tsx'
import { useKnownNames } from './known-names-context.tsx'
import { CalcInput, NameListInput } from './name-inputs.tsx'
import { useChoiceName } from './use-choice-name.ts'

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
  const nameOf = useChoiceName(panelChoiceTitle)
  return (
    <>
      <ChoiceInput
        label={t('editor.matcher')}
        value={matcher.id}
        values={MATCHERS}
        titleOf={nameOf}
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

function MatcherOptions(props: MatcherFieldsProps): ReactNode {
  const { matcher, onChange } = props
  const t = useText()
  const nameOf = useChoiceName(choiceTitle)
  const { fields, refIds } = useKnownNames()
  const { id, options } = matcher
  const at: OptionAt = {
    options,
    set: (path, value) => onChange({ ...matcher, options: withPath(options, path, value) }),
  }
  switch (id) {
    case 'byName':
      return <TextOption {...at} path="" suggestions={fields} />
    case 'byRegexp':
      return <TextOption {...at} path="" suggestions={[]} />
    case 'byFrameRefID':
      return <TextOption {...at} path="" suggestions={refIds} />
    case 'byNames':
      return (
        <>
          <ChoiceInput
            label={t('form.mode')}
            value={textIn(options, 'mode') || 'include'}
            values={['include', 'exclude']}
            titleOf={nameOf}
            onChange={(mode) => at.set('mode', mode)}
          />
          <NamesOption {...at} path="names" known={fields} />
        </>
      )
    case 'byRegexpOrNames':
      return (
        <>
          <TextOption {...at} path="pattern" suggestions={[]} />
          <NamesOption {...at} path="names" known={fields} />
        </>
      )
    case 'byType':
      return (
        <ChoiceInput
          label={t('form.type')}
          value={textIn(options, '')}
          values={TYPES}
          titleOf={nameOf}
          onChange={(type) => at.set('', type)}
        />
      )
    case 'byTypes':
      return <NamesOption {...at} path="" known={TYPES} />
    case 'byValue':
      return <ValueOptions {...at} />
    default:
      // One that wants nothing, or one of somebody else's, which keeps its JSON.
      return options === undefined || fieldMatcher(matcher) !== undefined ? null : (
        <code>{JSON.stringify(options)}</code>
      )
  }
}

interface OptionAt {
  readonly options: unknown
  readonly set: (path: string, value: unknown) => void
}

function TextOption(props: OptionAt & { path: string; suggestions: readonly string[] }): ReactNode {
  const t = useText()
  return (
    <DraftInput
      label={t('editor.matches')}
      placeholder={t('editor.matches')}
      value={textIn(props.options, props.path)}
      suggestions={props.suggestions}
      onChange={(value) => props.set(props.path, value)}
    />
  )
}

function NamesOption(props: OptionAt & { path: string; known: readonly string[] }): ReactNode {
  const t = useText()
  const value = valueOfPath(props.options, props.path)
  return (
    <NameListInput
      label={t('form.fields')}
      value={Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []}
      known={props.known}
      onChange={(names) => props.set(props.path, names)}
    />
  )
}

/** A calculation over the field, and what its result must be. */
function ValueOptions({ options, set }: OptionAt): ReactNode {
  const t = useText()
  const nameOf = useChoiceName(panelChoiceTitle)
  return (
    <>
      <CalcInput
        label={t('opt.calculation')}
        value={textIn(options, 'reducer')}
        onChange={(calc) => set('reducer', calc)}
      />
      <div className="step-row">
        <ChoiceInput
          label={t('form.condition')}
          value={textIn(options, 'op') || 'eq'}
          values={OPERATORS}
          titleOf={nameOf}
          onChange={(op) => set('op', op)}
        />
        <DraftInput
          label={t('form.value')}
          value={textIn(options, 'value')}
          onChange={(value) => set('value', numberOr(value))}
        />
      </div>
    </>
  )
}

function textIn(options: unknown, path: string): string {
  const value = valueOfPath(options, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function numberOr(text: string): number | string {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}
