// The values a stat, a gauge, a bar or a slice shows: each series reduced to one, or each row for itself.
import { plainText } from '../data/plain-text.ts'
import {
  type Field,
  fieldMatcher,
  type Frame,
  type JsonObject,
  reduceTo,
  valueAt,
} from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import { fieldColor, titleOf } from './field-look.ts'
import { hexColor, seriesColor } from './palette.ts'
import { numberOption, objectOption, textsOption } from './panel-props.ts'

export interface ReducedValue {
  readonly name: string
  readonly field: Field
  readonly value: unknown
  readonly prefix: string
  readonly text: string
  readonly suffix: string
  /** The colour that the field's settings give to this value. */
  readonly color: string
  /** From min to max, 0 to 1; NaN when these are not known. */
  readonly percent: number
  readonly numeric: number
  /** The column it came from, when it is one over time. */
  readonly over: Field | undefined
  /** The row in `field`; undefined when the whole column was reduced. */
  readonly row: number | undefined
  readonly frame: Frame
}

const ROWS_MAX = 25
/** A panel of thousands of tiles shows nothing. */
const VALUES_MAX = 200

export function reducedValues(
  frames: readonly Frame[],
  options: JsonObject,
  theme: Theme,
): ReducedValue[] {
  const reduce = objectOption(options, 'reduceOptions')
  const [calc = 'lastNotNull'] = textsOption(reduce, 'calcs')
  const isEach = reduce['values'] === true
  const limit = numberOption(reduce, 'limit') ?? ROWS_MAX
  const wanted = fieldFilter(typeof reduce['fields'] === 'string' ? reduce['fields'] : '', frames)
  const found: ReducedValue[] = []
  for (const frame of frames) {
    const over = frame.fields.find(({ type }) => type === 'time')
    for (const field of frame.fields) {
      if (!wanted(field, frame)) continue
      if (isEach) {
        const rows = Math.min(frame.length, limit - found.length)
        for (let row = 0; row < rows; row++)
          found.push(
            shownAs(
              field,
              frame,
              rowName(frame, field, row),
              valueAt(field, row),
              row,
              over,
              found.length,
              theme,
            ),
          )
      } else {
        const value = reduceTo(field, calc)
        found.push(
          shownAs(field, frame, titleOf(field), value, undefined, over, found.length, theme),
        )
      }
      if (found.length >= VALUES_MAX) return found.slice(0, VALUES_MAX)
    }
  }
  return found
}

/** Numbers unless the panel names columns, which may hold anything. */
function fieldFilter(
  wanted: string,
  frames: readonly Frame[],
): (field: Field, frame: Frame) => boolean {
  if (wanted === '') return ({ type }) => type === 'number' || type === 'boolean'
  const isPattern = /^\/.*\/[a-z]*$/s.test(wanted)
  const test = fieldMatcher({ id: isPattern ? 'byRegexp' : 'byName', options: wanted })
  return (field, frame) =>
    test?.(field, frame, frames) === true || (!isPattern && titleOf(field) === wanted)
}

function rowName(frame: Frame, field: Field, row: number): string {
  const words = frame.fields
    .filter(({ type }) => type === 'string')
    .map((one) => plainText(valueAt(one, row)))
    .filter((word) => word !== '')
  const numbers = frame.fields.filter(({ type }) => type === 'number').length
  if (words.length === 0) return titleOf(field)
  return numbers > 1 ? `${words.join(' ')} ${titleOf(field)}` : words.join(' ')
}

function shownAs(
  field: Field,
  frame: Frame,
  name: string,
  value: unknown,
  row: number | undefined,
  over: Field | undefined,
  place: number,
  theme: Theme,
): ReducedValue {
  const shown = field.display?.(value)
  const isByPalette = field.config.color?.mode?.startsWith('palette') === true
  const own = shown?.color === undefined ? undefined : hexColor(shown.color)
  return {
    name,
    field,
    value,
    prefix: shown?.prefix ?? '',
    text: shown?.text ?? plainText(value),
    suffix: shown?.suffix ?? '',
    color:
      (isByPalette && row !== undefined ? undefined : own) ??
      fieldColor(
        { ...field, ...(row === undefined ? {} : { color: seriesColor(theme, row) }) },
        place,
        theme,
      ),
    percent: shown?.percent ?? NaN,
    numeric: shown?.numeric ?? NaN,
    over,
    row,
    frame,
  }
}
