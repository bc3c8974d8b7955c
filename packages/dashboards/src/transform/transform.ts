// What a transformation is: frames in, frames out, its options unread.
import { type Field, fieldFrom, type Frame } from '../frame.ts'
import type { JsonObject } from '../json.ts'
import type { Scope } from '../variables/built-in-values.ts'
import type { Variables } from '../variables/variables.ts'
import type { Zone } from '../time/zone.ts'

export interface TransformContext {
  /** Fills in the texts of options. */
  readonly variables?: Variables
  readonly scope?: Scope
  readonly zone?: Zone
}

export type Transform = (
  frames: readonly Frame[],
  options: JsonObject,
  context: TransformContext,
) => readonly Frame[]

/** Frames made of several say so in their refId, as links and overrides know them. */
export function joinedRefId(id: string, frames: readonly Frame[]): string {
  return `${id}-${frames.map(({ refId }) => refId).join('-')}`
}

/** The same field with other cells. */
export function withCells(field: Field, cells: readonly unknown[]): Field {
  return fieldFrom({ ...field }, cells)
}

/** Without what names it: it is a column now, and no series any more. */
export function columnField(field: Field, cells: readonly unknown[]): Field {
  const { displayName: _, ...config } = field.config
  return fieldFrom({ name: field.name, type: field.type, config }, cells)
}
