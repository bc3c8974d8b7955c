// Data as columns, the way panels read it. A frame is a table: fields of equal length.
//
// Times are ms since 1970, numbers are doubles; both are Float64Array. Where a row has no value the column holds the
// absent NaN of `model`, so that a NaN that was measured stays apart from none. Other columns are plain arrays.
import { ABSENT, isAbsent } from '@pharos/model'
import type { FieldConfig } from './dashboard.ts'
import type { DisplayProcessor } from './field-config/display-value.ts'

export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'enum' | 'frame' | 'other'

export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly values: Float64Array | readonly unknown[]
  readonly labels?: Readonly<Record<string, string>>
  readonly config: FieldConfig
  /** Set by `applyFieldConfig`: the name people see. */
  readonly title?: string
  /** Set by `applyFieldConfig`. */
  readonly display?: DisplayProcessor
  /** Set by `applyFieldConfig`: CSS colour of the series as a whole. */
  readonly color?: string
  /** Set by `applyFieldConfig`: its place among all fields that are no time. */
  readonly seriesIndex?: number
  /** Set by `applyFieldConfig`: what percentages and gradients are measured by. */
  readonly range?: { readonly min: number; readonly max: number }
}

export interface FrameMeta {
  readonly type?: string
  /** The query as it was sent, with nothing left to fill in. */
  readonly executedQueryString?: string
  readonly preferredVisualisationType?: string
  readonly custom?: Readonly<Record<string, unknown>>
}

export interface Frame {
  readonly refId?: string
  readonly name?: string
  readonly fields: readonly Field[]
  /** Rows. */
  readonly length: number
  readonly meta?: FrameMeta
}

/** One cell; `null` where there is none. */
export function valueAt(field: Field, row: number): unknown {
  const value = field.values[row]
  if (value === undefined) return null
  return typeof value === 'number' && field.values instanceof Float64Array && isAbsent(value)
    ? null
    : value
}

/** All cells, `null` where there is none. A copy. */
export function cellsOf(field: Field): unknown[] {
  return Array.from({ length: field.values.length }, (_, row) => valueAt(field, row))
}

/** Cells back to the column of a type: numbers and times packed, `null` absent. */
export function columnOf(type: FieldType, cells: readonly unknown[]): Float64Array | unknown[] {
  if (type !== 'number' && type !== 'time') return [...cells]
  const column = new Float64Array(cells.length)
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]
    column[row] = typeof cell === 'number' ? cell : ABSENT
  }
  return column
}

/** A field with those cells, packed as its type wants. */
export function fieldFrom(rest: Omit<Field, 'values'>, cells: readonly unknown[]): Field {
  return { ...rest, values: columnOf(rest.type, cells) }
}

/** A frame of fields; its length is that of the longest. */
export function frameOfFields(
  fields: readonly Field[],
  rest: Omit<Frame, 'fields' | 'length'> = {},
): Frame {
  const length = fields.reduce((most, { values }) => Math.max(most, values.length), 0)
  return { ...rest, fields, length }
}
