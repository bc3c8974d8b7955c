// A frame as a table: which columns, in which order of rows, with what below them.
import { plainText } from '../data/plain-text.ts'
import { type Field, type Frame, type JsonObject, reduceTo, valueAt } from '@pharos/dashboards'
import { everyWordIn, wordsOf } from '../data/search.ts'
import { customNumber, customObject, textOf, titleOf } from './field-look.ts'
import { numberOption, objectOption, textsOption } from './panel-props.ts'

type CellKind =
  | 'auto'
  | 'color-text'
  | 'color-background'
  | 'gauge'
  | 'sparkline'
  | 'json-view'
  | 'image'
  | 'data-links'

export interface TableColumn {
  readonly field: Field
  readonly title: string
  readonly kind: CellKind
  /** `basic`, `gradient`, `lcd`: of gauges and coloured backgrounds. */
  readonly mode: string
  /** One value's colour is that of its whole row. */
  readonly paintsRow: boolean
  readonly align: 'left' | 'center' | 'right'
  readonly widthPx: number | undefined
  readonly minPx: number
  readonly isFilterable: boolean
}

export interface TableSort {
  readonly title: string
  readonly isDown: boolean
}

const KINDS: readonly CellKind[] = [
  'auto',
  'color-text',
  'color-background',
  'gauge',
  'sparkline',
  'json-view',
  'image',
  'data-links',
]

const MIN_PX = 64
/** Letters of a cell that its column grows for. */
const LETTERS_MAX = 40
const LETTER_PX = 6.8

export function tableColumns(frame: Frame): TableColumn[] {
  return frame.fields
    .filter((field) => field.config.custom?.['hidden'] !== true && !isHiddenNow(field))
    .map((field) => {
      const cell = cellOptions(field)
      const align = field.config.custom?.['align']
      const isNumber = field.type === 'number'
      return {
        field,
        title: titleOf(field),
        ...cell,
        align:
          align === 'left' || align === 'center' || align === 'right'
            ? align
            : isNumber
              ? 'right'
              : 'left',
        widthPx: customNumber(field, 'width'),
        minPx: Math.max(customNumber(field, 'minWidth') ?? 0, neededPx(field, cell.kind)),
        isFilterable: field.config.custom?.['filterable'] === true,
      }
    })
}

/** Newer dashboards hide columns as they hide series. */
function isHiddenNow(field: Field): boolean {
  return customObject(field, 'hideFrom')['viz'] === true
}

function cellOptions(field: Field): Pick<TableColumn, 'kind' | 'mode' | 'paintsRow'> {
  const options = customObject(field, 'cellOptions')
  const old = field.config.custom?.['displayMode']
  const type =
    typeof options['type'] === 'string' ? options['type'] : typeof old === 'string' ? old : 'auto'
  const mode = typeof options['mode'] === 'string' ? options['mode'] : undefined
  const paintsRow = options['applyToRow'] === true
  // Old dashboards name kind and mode in one word.
  if (type === 'gradient-gauge' || type === 'lcd-gauge' || type === 'basic')
    return { kind: 'gauge', mode: type.replace('-gauge', ''), paintsRow }
  if (type === 'color-background-solid')
    return { kind: 'color-background', mode: 'basic', paintsRow }
  return {
    kind: KINDS.find((kind) => kind === type) ?? 'auto',
    mode: mode ?? 'gradient',
    paintsRow,
  }
}

/** What the title and the first rows need, px. */
function neededPx(field: Field, kind: CellKind): number {
  let letters = titleOf(field).length + 2
  const rows = Math.min(field.values.length, 60)
  for (let row = 0; row < rows; row++)
    letters = Math.max(letters, textOf(field, valueAt(field, row)).length)
  const bar = kind === 'gauge' || kind === 'sparkline' ? 64 : 0
  return Math.max(MIN_PX, Math.min(LETTERS_MAX, letters) * LETTER_PX + 20 + bar)
}

/** The first order of rows that the panel asks for; undefined: as they came. */
export function firstSort(options: JsonObject): TableSort | undefined {
  const list = options['sortBy']
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  if (typeof first !== 'object' || first === null) return undefined
  const { displayName, desc } = first as JsonObject
  return typeof displayName === 'string' ? { title: displayName, isDown: desc === true } : undefined
}

/** The rows that are shown, by their place in the frame. */
export function shownRows(
  frame: Frame,
  columns: readonly TableColumn[],
  sort: TableSort | undefined,
  filters: ReadonlyMap<string, string>,
): number[] {
  let rows = Array.from({ length: frame.length }, (_, row) => row)
  for (const { field, title } of columns) {
    const words = wordsOf(filters.get(title) ?? '')
    if (words.length > 0)
      rows = rows.filter((row) =>
        everyWordIn(words, textOf(field, valueAt(field, row)).toLowerCase()),
      )
  }
  const by = columns.find(({ title }) => title === sort?.title)
  if (sort === undefined || by === undefined) return rows
  const sign = sort.isDown ? -1 : 1
  return rows.sort((a, b) => compareCells(valueAt(by.field, a), valueAt(by.field, b), sign))
}

/** What is missing comes last, whichever way the rest is sorted. */
function compareCells(a: unknown, b: unknown, sign: number): number {
  const [noA, noB] = [isMissing(a), isMissing(b)]
  if (noA || noB) return Number(noA) - Number(noB)
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign
  return plainText(a).localeCompare(plainText(b), undefined, { numeric: true }) * sign
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'number' && value !== value)
}

/** The line below the table: one text per column, or undefined when the panel has none. */
export function footerTexts(
  options: JsonObject,
  columns: readonly TableColumn[],
  rows: readonly number[],
): string[] | undefined {
  const footer = objectOption(options, 'footer')
  if (footer['show'] !== true) return undefined
  const [calc = 'sum'] = textsOption(footer, 'reducer')
  const wanted = textsOption(footer, 'fields')
  if (footer['countRows'] === true && calc === 'count')
    return columns.map((_, index) => (index === 0 ? String(rows.length) : ''))
  return columns.map(({ field }) => {
    if (field.type !== 'number') return ''
    if (wanted.length > 0 && !wanted.includes(field.name)) return ''
    const values = Float64Array.from(rows, (row) => (field.values as Float64Array)[row]!)
    return textOf(field, reduceTo({ ...field, values }, calc))
  })
}

/** The frame that is shown of several. */
export function frameIndexOf(options: JsonObject, count: number): number {
  const index = numberOption(options, 'frameIndex') ?? 0
  return index >= 0 && index < count ? Math.floor(index) : 0
}

/** The table as text for spreadsheets. A cell that a spreadsheet would take for a formula is disarmed. */
export function csvOf(frame: Frame): string {
  const cell = (value: unknown) => {
    const text = plainText(value)
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const lines = [frame.fields.map((field) => cell(titleOf(field))).join(',')]
  for (let row = 0; row < frame.length; row++)
    lines.push(
      frame.fields
        .map((field) => {
          const value = valueAt(field, row)
          return cell(
            field.type === 'time' && typeof value === 'number'
              ? new Date(value).toISOString()
              : value,
          )
        })
        .join(','),
    )
  return `${lines.join('\n')}\n`
}
