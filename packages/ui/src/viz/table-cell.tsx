import { plainText } from '../data/plain-text.ts'
import type { Field, Frame } from '@pharos/dashboards'
import type { CSSProperties, ReactNode } from 'react'
import type { Theme } from '../data/settings.ts'
import { useTimeFormat } from '../services.tsx'
import { lastValueOf, textOf } from './field-look.ts'
import { shareOf } from './gauge-view.tsx'
import { useFieldLinks } from './link-context.tsx'
import { hexColor, readable } from './palette.ts'
import { Sparkline } from './sparkline.tsx'
import { paintOf } from './table-paint.ts'
import type { TableColumn } from './table-plan.ts'

interface CellProps {
  readonly column: TableColumn
  readonly frame: Frame
  readonly row: number
  readonly value: unknown
  readonly theme: Theme
  readonly rowPx: number
}

export function TableCell(props: CellProps): ReactNode {
  const { column, value, theme } = props
  const { field, kind, mode } = column
  const shown = field.display?.(value).color
  const color = shown === undefined ? undefined : hexColor(shown)
  let style: CSSProperties = {}
  if (kind === 'color-text' && color !== undefined) style = { color: readable(color, theme) }
  if (kind === 'color-background' && color !== undefined && !column.paintsRow)
    style = paintOf(color, mode)
  return (
    <td className={`is-${column.align} is-${kind}`} style={style}>
      <CellContent {...props} color={color} />
    </td>
  )
}

function CellContent(props: CellProps & { color: string | undefined }): ReactNode {
  const { column, value, color, rowPx } = props
  switch (column.kind) {
    case 'gauge':
      return <BarCell {...props} color={color ?? 'var(--accent)'} />
    case 'sparkline':
      return <SparkCell {...props} color={color ?? '#6aadff'} />
    case 'image':
      return <ImageCell value={value} heightPx={rowPx - 6} />
    case 'json-view':
      return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
    case 'auto':
    case 'color-text':
    case 'color-background':
    case 'data-links':
      return <Linked {...props} />
  }
}

function Linked({ column, frame, row, value }: CellProps): ReactNode {
  const linksOf = useFieldLinks()
  const time = useTimeFormat()
  const { field } = column
  const links = linksOf(field, frame, row)
  const isPlainTime = field.type === 'time' && (field.config.unit ?? '') === ''
  const text = isPlainTime && typeof value === 'number' ? time.full(value) : textOf(field, value)
  if (links.length === 0) return <span title={text}>{text}</span>
  return (
    <>
      {links.map(({ href, title, isBlank }, index) => (
        <a
          key={`${href} ${title}`}
          href={href}
          title={title}
          {...(isBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
        >
          {links.length === 1 || index === 0
            ? column.kind === 'data-links'
              ? title
              : text
            : title}
        </a>
      ))}
    </>
  )
}

function BarCell({ column, value, color }: CellProps & { color: string }): ReactNode {
  const { field } = column
  const number = typeof value === 'number' ? value : NaN
  const percent = field.display?.(value).percent
  const share =
    percent !== undefined && percent === percent
      ? Math.max(0, Math.min(1, percent))
      : shareOf(field, number)
  return (
    <span className="bar-cell">
      <span className="bar-track">
        <i style={{ width: `${(share * 100).toFixed(1)}%`, background: color }} />
      </span>
      <b>{textOf(field, value)}</b>
    </span>
  )
}

/** Holds a frame of its own: a column of times and one of numbers. */
function SparkCell({ value, color, rowPx, column }: CellProps & { color: string }): ReactNode {
  const field = numbersOf(value)
  if (field === undefined) return null
  const last = lastValueOf(field)
  return (
    <span className="spark-cell">
      <Sparkline
        values={field.values as Float64Array}
        widthPx={90}
        heightPx={rowPx - 8}
        color={color}
      />
      <b>
        {textOf(
          { ...column.field, ...(field.display === undefined ? {} : { display: field.display }) },
          last,
        )}
      </b>
    </span>
  )
}

function numbersOf(value: unknown): Field | undefined {
  if (typeof value !== 'object' || value === null || !('fields' in value)) return undefined
  const { fields } = value as Frame
  return fields.find(({ type, values }) => type === 'number' && values instanceof Float64Array)
}

/** Only pictures that are in the data themselves or on this server: a dashboard must not call elsewhere. */
function ImageCell({ value, heightPx }: { value: unknown; heightPx: number }): ReactNode {
  if (
    typeof value !== 'string' ||
    !/^(data:image\/(png|jpeg|gif|webp);base64,|\/(?!\/))/.test(value)
  )
    return <span>{plainText(value)}</span>
  return <img src={value} alt="" height={heightPx} />
}
