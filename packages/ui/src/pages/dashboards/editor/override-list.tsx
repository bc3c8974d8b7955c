import type { FieldOverride, Panel } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { valueOfPath, withPath } from '../../../data/json-path.ts'
import { type OverrideSetting, overrideSettings } from '../../../data/override-settings.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { MatcherFields } from './matcher-fields.tsx'
import { OptionField } from './option-field.tsx'

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
          onUp={
            index === 0
              ? undefined
              : () => set(overrides.with(index, overrides[index - 1]!).with(index - 1, override))
          }
          onRemove={() => set(overrides.toSpliced(index, 1))}
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
  onUp: (() => void) | undefined
  onRemove: () => void
}): ReactNode {
  const { override, onChange, onUp } = props
  const t = useText()
  const { properties } = override
  const known = overrideSettings(props.type)
  const unused = known.filter(({ id }) => !properties.some((one) => one.id === id))
  return (
    <section className="override" aria-label={t('editor.overrides')}>
      <div className="step-row">
        <b>{t('editor.matcher')}</b>
        <span className="spacer" />
        <IconButton
          icon="up"
          label={t('editor.moveUp')}
          disabled={onUp === undefined}
          onClick={onUp}
        />
        <IconButton icon="trash" label={t('panel.remove')} onClick={props.onRemove} />
      </div>
      <MatcherFields
        matcher={override.matcher}
        onChange={(matcher) => onChange({ ...override, matcher })}
      />
      {properties.map((property, index) => (
        <Property
          key={property.id}
          property={property}
          setting={known.find(({ id }) => id === property.id)}
          onChange={(value) =>
            onChange({ ...override, properties: properties.with(index, { ...property, value }) })
          }
          onRemove={() => onChange({ ...override, properties: properties.toSpliced(index, 1) })}
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
        {unused.map(({ id, parts }) => (
          <option key={id} value={id}>
            {t(parts[0]!.option.label)}
          </option>
        ))}
      </select>
    </section>
  )
}

function Property(props: {
  property: { id: string; value?: unknown }
  setting: OverrideSetting | undefined
  onChange: (value: unknown) => void
  onRemove: () => void
}): ReactNode {
  const { property, setting } = props
  const t = useText()
  return (
    <div className="property">
      {setting === undefined ? (
        <span>
          <code>{property.id}</code> <code>{JSON.stringify(property.value)}</code>
        </span>
      ) : (
        <div>
          {setting.parts.map(({ option, path }) => (
            <OptionField
              key={path}
              option={option}
              value={valueOfPath(property.value, path)}
              onChange={(value) => props.onChange(withPath(property.value, path, value))}
            />
          ))}
        </div>
      )}
      <IconButton icon="close" label={t('panel.remove')} onClick={props.onRemove} />
    </div>
  )
}
