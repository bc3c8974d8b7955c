// Value mappings in their order: the first one that fits counts.
import type { ValueMapping } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import {
  type MappingKind,
  type MappingRow,
  mappingRows,
  mappingsOf,
  SPECIAL_MATCHES,
  withKind,
} from '../../../data/mapping-rows.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import type { TextKey } from '../../../text/dictionary.ts'
import { ColorField } from './color-field.tsx'
import { ChoiceInput, DraftInput, NumberDraft } from './draft-input.tsx'

const KINDS: Readonly<Record<MappingKind, TextKey>> = {
  value: 'map.value',
  range: 'map.range',
  regex: 'map.regex',
  special: 'map.special',
}

export function MappingFields(props: {
  value: readonly ValueMapping[]
  onChange: (mappings: ValueMapping[]) => void
}): ReactNode {
  const t = useText()
  const rows = mappingRows(props.value)
  const set = (next: readonly MappingRow[]) => props.onChange(mappingsOf(next))
  return (
    <div className="steps">
      {rows.map((row, index) => (
        <MappingItem
          // Rows are known by their place: the value itself is edited.
          key={index}
          row={row}
          onChange={(next) => set(rows.with(index, next))}
          onUp={
            index === 0
              ? undefined
              : () => set(rows.with(index, rows[index - 1]!).with(index - 1, row))
          }
          onRemove={() => set(rows.toSpliced(index, 1))}
        />
      ))}
      <Button
        icon="plus"
        onClick={() =>
          set([...rows, { kind: 'value', value: freshValue(rows), result: {}, stored: undefined }])
        }
      >
        {t('editor.addMapping')}
      </Button>
    </div>
  )
}

/** A value that no row has. */
function freshValue(rows: readonly MappingRow[]): string {
  const used = new Set(rows.map((row) => (row.kind === 'value' ? row.value : '')))
  for (let i = 0; ; i++) if (!used.has(String(i))) return String(i)
}

interface MappingItemProps {
  readonly row: MappingRow
  readonly onChange: (row: MappingRow) => void
  readonly onUp: (() => void) | undefined
  readonly onRemove: () => void
}

function MappingItem(props: MappingItemProps): ReactNode {
  const { row, onChange, onUp } = props
  const t = useText()
  const setResult = (part: object) => onChange({ ...row, result: { ...row.result, ...part } })
  const buttons = (
    <>
      <IconButton
        icon="up"
        label={t('editor.moveUp')}
        disabled={onUp === undefined}
        onClick={onUp}
      />
      <IconButton icon="trash" label={t('panel.remove')} onClick={props.onRemove} />
    </>
  )
  if (row.kind === 'other')
    return (
      <section className="mapping">
        <div className="step-row">
          <code>{JSON.stringify(row.stored)}</code>
          {buttons}
        </div>
      </section>
    )
  return (
    <section className="mapping" aria-label={t('opt.mappings')}>
      <div className="step-row">
        <ChoiceInput
          label={t('map.kind')}
          value={row.kind}
          values={Object.keys(KINDS)}
          titleOf={(kind) => t(KINDS[kind as MappingKind])}
          // The choices are the kinds.
          onChange={(kind) => onChange(withKind(row, kind as MappingKind))}
        />
        {buttons}
      </div>
      <div className="step-row">
        <Condition row={row} onChange={onChange} />
      </div>
      <div className="step-row">
        <DraftInput
          label={t('editor.mapTo')}
          placeholder={t('editor.mapTo')}
          value={row.result.text ?? ''}
          onChange={(text) => setResult({ text })}
        />
        <ColorField
          label={t('editor.color')}
          value={row.result.color ?? ''}
          onChange={(color) => setResult({ color })}
        />
      </div>
    </section>
  )
}

function Condition({ row, onChange }: Pick<MappingItemProps, 'row' | 'onChange'>): ReactNode {
  const t = useText()
  switch (row.kind) {
    case 'value':
      return (
        <DraftInput
          label={t('editor.mapFrom')}
          value={row.value}
          onChange={(value) => onChange({ ...row, value })}
        />
      )
    case 'range':
      return (
        <>
          <NumberDraft
            label={t('form.from')}
            placeholder="−∞"
            value={row.from}
            onChange={(from) => onChange({ ...row, from: from ?? null })}
          />
          <NumberDraft
            label={t('form.to')}
            placeholder="∞"
            value={row.to}
            onChange={(to) => onChange({ ...row, to: to ?? null })}
          />
        </>
      )
    case 'regex':
      return (
        <DraftInput
          label={t('form.pattern')}
          placeholder="^(.*)$"
          value={row.pattern}
          onChange={(pattern) => onChange({ ...row, pattern })}
        />
      )
    case 'special':
      return (
        <ChoiceInput
          label={t('map.special')}
          value={row.match}
          values={SPECIAL_MATCHES}
          onChange={(match) => onChange({ ...row, match })}
        />
      )
    default:
      return null
  }
}
