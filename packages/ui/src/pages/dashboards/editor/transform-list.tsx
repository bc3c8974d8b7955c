// Transformations in their order. Each has a form; its JSON is beside it, and holds what no form shows.
import { Variables, type Frame, type Panel, type Transformation } from '@pharos/dashboards'
import { applyTransformations } from '@pharos/dashboards/transform'
import { type ReactNode, useMemo, useState } from 'react'
import { knownNames, NO_NAMES } from '../../../data/known-names.ts'
import { TRANSFORM_FORMS, transformForm } from '../../../data/transform-forms.ts'
import { IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { readJson } from '../read-json.ts'
import { NamesProvider } from './known-names-context.tsx'
import { TransformForm } from './transform-form.tsx'

interface TransformListProps {
  readonly panel: Panel
  /** Before any transformation. */
  readonly frames: readonly Frame[]
  readonly variables: Variables | undefined
  readonly onChange: (panel: Panel) => void
}

export function TransformList({
  panel,
  frames,
  variables,
  onChange,
}: TransformListProps): ReactNode {
  const t = useText()
  const list = panel.transformations
  const set = (transformations: Transformation[]) => onChange({ ...panel, transformations })
  return (
    <div className="query-list">
      {list.map((one, index) => (
        <TransformItem
          // A transformation is known by its place.
          key={`${index} ${one.id}`}
          transformation={one}
          before={list.slice(0, index)}
          frames={frames}
          variables={variables}
          onChange={(next) => set(list.with(index, next))}
          onUp={
            index === 0
              ? undefined
              : () => set(list.with(index, list[index - 1]!).with(index - 1, one))
          }
          onDown={
            index === list.length - 1
              ? undefined
              : () => set(list.with(index, list[index + 1]!).with(index + 1, one))
          }
          onRemove={() => set(list.toSpliced(index, 1))}
        />
      ))}
      <select
        className="select"
        aria-label={t('editor.addTransform')}
        value=""
        onChange={(event) => {
          const id = event.target.value
          set([...list, { id, options: structuredClone(transformForm(id)?.fresh ?? {}) }])
        }}
      >
        <option value="">{t('editor.addTransform')}</option>
        {TRANSFORM_FORMS.map(({ id, label }) => (
          <option key={id} value={id}>
            {t(label)}
          </option>
        ))}
      </select>
    </div>
  )
}

function TransformItem(props: {
  transformation: Transformation
  before: readonly Transformation[]
  frames: readonly Frame[]
  variables: Variables | undefined
  onChange: (next: Transformation) => void
  onUp: (() => void) | undefined
  onDown: (() => void) | undefined
  onRemove: () => void
}): ReactNode {
  const { transformation, before, frames, variables, onChange } = props
  const t = useText()
  const form = transformForm(transformation.id)
  const [isJson, setJson] = useState(false)
  const names = useNamesAfter(frames, before, variables)
  const title = form === undefined ? transformation.id : t(form.label)
  const isOff = transformation.disabled === true
  const setOptions = (options: Transformation['options']) =>
    onChange({ ...transformation, options })
  return (
    <section className="query-edit" aria-label={title}>
      <header>
        <b>{title}</b>
        <span className="spacer" />
        <IconButton
          icon="up"
          label={t('editor.moveUp')}
          disabled={props.onUp === undefined}
          onClick={props.onUp}
        />
        <IconButton
          icon="down"
          label={t('editor.moveDown')}
          disabled={props.onDown === undefined}
          onClick={props.onDown}
        />
        {form !== undefined && (
          <IconButton
            icon="code"
            label={t('inspect.json')}
            aria-expanded={isJson}
            onClick={() => setJson(!isJson)}
          />
        )}
        <IconButton
          icon="eye"
          label={t(isOff ? 'editor.show' : 'editor.hide')}
          aria-pressed={!isOff}
          onClick={() => onChange({ ...transformation, disabled: !isOff })}
        />
        <IconButton icon="trash" label={t('panel.remove')} onClick={props.onRemove} />
      </header>
      {isJson || form === undefined ? (
        <OptionsJson options={transformation.options} onChange={setOptions} />
      ) : (
        <NamesProvider names={names}>
          <TransformForm form={form} options={transformation.options} onChange={setOptions} />
        </NamesProvider>
      )}
    </section>
  )
}

/** The names in the data as a transformation finds them: what those before it made. */
function useNamesAfter(
  frames: readonly Frame[],
  before: readonly Transformation[],
  variables: Variables | undefined,
): ReturnType<typeof knownNames> {
  const steps = JSON.stringify(before)
  return useMemo(() => {
    try {
      const context = variables === undefined ? {} : { variables }
      // What was written as JSON just above.
      return knownNames(
        applyTransformations(frames, JSON.parse(steps) as Transformation[], context),
      )
    } catch {
      // One before it fails, which the panel says; names can be typed.
      return NO_NAMES
    }
  }, [frames, steps, variables])
}

function OptionsJson(props: {
  options: Transformation['options']
  onChange: (options: Transformation['options']) => void
}): ReactNode {
  const t = useText()
  const shown = JSON.stringify(props.options, undefined, 2)
  const [fault, setFault] = useState<string | undefined>(undefined)
  return (
    <>
      <textarea
        key={shown}
        className="input source is-short"
        aria-label={t('inspect.json')}
        spellCheck={false}
        defaultValue={shown}
        onBlur={(event) => {
          if (event.target.value === shown) return
          const read = readJson(event.target.value)
          if ('fault' in read) setFault(read.fault)
          else if (
            typeof read.value === 'object' &&
            read.value !== null &&
            !Array.isArray(read.value)
          ) {
            setFault(undefined)
            // Checked just above to be an object.
            props.onChange(read.value as Transformation['options'])
          } else setFault(t('editor.wantsObject'))
        }}
      />
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {fault}
        </p>
      )}
    </>
  )
}
