import type { FieldOverride, Matcher, Panel } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { optionsOf, type PanelOption } from '../../../data/panel-options.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { OptionField } from './option-field.tsx'

const MATCHERS = ['byName', 'byRegexp', 'byFrameRefID', 'byType']

/** Settings for some of the fields, laid over those for all. */
export function OverrideList(props: { panel: Panel; onChange: (panel: Panel) => void }): ReactNode {
  const { panel, onChange } = props
  const t = useText()
  const { overrides } = panel.fieldConfig
  const set = (next: FieldOverride[]) =>
    onChange({ ...panel, fieldConfig: { ...panel.fieldConfig, overrides: next } })
  return (
    <details open>
      <summary>
        {t('editor.overrides')} ({overrides.length})
      </summary>
      {overrides.map((override, index) => (
        <Override
          // Overrides are known by their place.
          key={index}
          override={override}
          type={panel.type}
          onChange={(next) => set(overrides.with(index, next))}
          onRemove={() => set(overrides.filter((_, at) => at !== index))}
        />
      ))}
      <Button
        icon="plus"
        onClick={() =>
          set([...overrides, { matcher: { id: 'byName', options: '' }, properties: [] }])
        }
      >
        {t('editor.addOverride')}
      </Button>
    </details>
  )
}

function Override(props: {
  override: FieldOverride
  type: string
  onChange: (override: FieldOverride) => void
  onRemove: () => void
}): ReactNode {
  const { override, onChange } = props
  const t = useText()
  const { matcher, properties } = override
  const known = optionsOf(props.type).filter(({ path }) => path.startsWith(PREFIX))
  const unused = known.filter(({ path }) => !properties.some(({ id }) => id === idOf(path)))
  return (
    <section className="override">
      <MatcherRow
        matcher={matcher}
        onChange={(next) => onChange({ ...override, matcher: next })}
        onRemove={props.onRemove}
      />
      {properties.map((property, index) => (
        <Property
          key={property.id}
          property={property}
          option={known.find(({ path }) => idOf(path) === property.id)}
          onChange={(value) =>
            onChange({
              ...override,
              properties: properties.with(index, { id: property.id, value }),
            })
          }
          onRemove={() =>
            onChange({ ...override, properties: properties.filter((_, at) => at !== index) })
          }
        />
      ))}
      <select
        className="select"
        aria-label={t('editor.addProperty')}
        value=""
        onChange={(event) =>
          onChange({ ...override, properties: [...properties, { id: event.target.value }] })
        }
      >
        <option value="">{t('editor.addProperty')}</option>
        {unused.map(({ path, label }) => (
          <option key={path} value={idOf(path)}>
            {t(label)}
          </option>
        ))}
      </select>
    </section>
  )
}

function MatcherRow(props: {
  matcher: Matcher
  onChange: (matcher: Matcher) => void
  onRemove: () => void
}): ReactNode {
  const { matcher, onChange } = props
  const t = useText()
  return (
    <div className="step-row">
      <select
        className="select"
        aria-label={t('editor.matcher')}
        value={matcher.id}
        onChange={(event) => onChange({ ...matcher, id: event.target.value })}
      >
        {[...new Set([...MATCHERS, matcher.id])].map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
      {typeof matcher.options === 'string' || matcher.options === undefined ? (
        <input
          key={matcher.options ?? ''}
          className="input"
          aria-label={t('editor.matches')}
          defaultValue={matcher.options ?? ''}
          onBlur={(event) => onChange({ ...matcher, options: event.target.value })}
        />
      ) : (
        <code>{JSON.stringify(matcher.options)}</code>
      )}
      <IconButton icon="trash" label={t('panel.remove')} onClick={props.onRemove} />
    </div>
  )
}

const PREFIX = 'fieldConfig.defaults.'

/** Overrides name settings without where the panel holds them. */
function idOf(path: string): string {
  return path.slice(PREFIX.length)
}

function Property(props: {
  property: { id: string; value?: unknown }
  option: PanelOption | undefined
  onChange: (value: unknown) => void
  onRemove: () => void
}): ReactNode {
  const { property, option } = props
  const t = useText()
  return (
    <div className="property">
      {option === undefined ? (
        <span>
          <code>{property.id}</code> <code>{JSON.stringify(property.value)}</code>
        </span>
      ) : (
        <OptionField option={option} value={property.value} onChange={props.onChange} />
      )}
      <IconButton icon="close" label={t('panel.remove')} onClick={props.onRemove} />
    </div>
  )
}
