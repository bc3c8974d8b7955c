// Links of values, or of a panel: what they are called and where they lead. `${__value.raw}` and the like are filled in.
import type { JsonObject } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { DraftInput } from './draft-input.tsx'

const PARTS = [
  '${__value.raw}',
  '${__value.text}',
  '${__value.time}',
  '${__field.name}',
  '${__field.labels.instance}',
  '${__data.fields.trace_id}',
  '${__url_time_range}',
  '${__from}',
  '${__to}',
]

export function LinkFields(props: {
  label: string
  value: unknown
  onChange: (links: unknown) => void
}): ReactNode {
  const t = useText()
  // What is no object in the list is kept where it is and not shown.
  const links = (Array.isArray(props.value) ? props.value : []) as JsonObject[]
  const set = (index: number, part: JsonObject) =>
    props.onChange(links.with(index, { ...links[index], ...part }))
  return (
    <fieldset className="steps is-boxed">
      <legend>{props.label}</legend>
      {links.map((link, index) => (
        // Links are known by their place.
        <section key={index} className="mapping" aria-label={props.label}>
          <div className="step-row">
            <DraftInput
              label={t('dash.title')}
              placeholder={t('dash.title')}
              value={textOf(link['title'])}
              onChange={(title) => set(index, { title })}
            />
            <IconButton
              icon="trash"
              label={t('panel.remove')}
              onClick={() => {
                const rest = links.toSpliced(index, 1)
                props.onChange(rest.length === 0 ? undefined : rest)
              }}
            />
          </div>
          <DraftInput
            label={t('form.address')}
            placeholder="/d/…?var-x=${__field.labels.x}"
            suggestions={PARTS}
            value={textOf(link['url'])}
            onChange={(url) => set(index, { url })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={link['targetBlank'] === true}
              onChange={(event) => set(index, { targetBlank: event.target.checked })}
            />
            {t('form.newTab')}
          </label>
        </section>
      ))}
      <Button icon="plus" onClick={() => props.onChange([...links, { title: '', url: '' }])}>
        {t('form.addLink')}
      </Button>
    </fieldset>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
