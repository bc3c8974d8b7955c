// States over time: one row per field, one span per state that lasted.
import { type Field, type Frame, valueAt } from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import { isHiddenFrom, textOf, titleOf } from './field-look.ts'
import { hexColor, seriesColor } from './palette.ts'

export interface StateSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
  readonly color: string
}

interface StateRow {
  readonly name: string
  readonly spans: readonly StateSpan[]
}

export interface StatePlan {
  readonly rows: readonly StateRow[]
  /** Every state that occurs, for the legend. */
  readonly states: readonly { readonly text: string; readonly color: string }[]
}

const ROWS_MAX = 300
const STATES_MAX = 40

/**
 * @param merges  equal states in a row are one span; otherwise every sample is one
 * @param endMs  until when the last state lasts when nobody says how far samples are apart
 */
export function statePlan(
  frames: readonly Frame[],
  theme: Theme,
  merges: boolean,
  endMs: number,
): StatePlan {
  const states = new Map<string, string>()
  const rows = frames
    .flatMap((frame) => {
      const time = frame.fields.find(({ type }) => type === 'time')
      if (time === undefined) return []
      return frame.fields
        .filter((field) => field !== time && field.type !== 'other' && !isHiddenFrom(field, 'viz'))
        .map((field) => ({ time, field }))
    })
    .slice(0, ROWS_MAX)
    .map(({ time, field }) => rowOf(time, field, states, theme, merges, endMs))
  return {
    rows,
    states: [...states].slice(0, STATES_MAX).map(([text, color]) => ({ text, color })),
  }
}

function rowOf(
  time: Field,
  field: Field,
  states: Map<string, string>,
  theme: Theme,
  merges: boolean,
  endMs: number,
): StateRow {
  const times = time.values as Float64Array
  const stepMs = intervalOf(time)
  const spans: { fromMs: number; toMs: number; text: string; color: string }[] = []
  for (let row = 0; row < times.length; row++) {
    const value = valueAt(field, row)
    if (value === null || value === undefined) continue
    const text = textOf(field, value)
    const color = colorOf(field, value, text, states, theme)
    const fromMs = times[row]!
    const nextMs = times[row + 1] ?? (stepMs === undefined ? endMs : fromMs + stepMs)
    // After a pause nobody knows the state: it is not drawn through.
    const toMs = stepMs === undefined ? nextMs : Math.min(nextMs, fromMs + stepMs * 1.5)
    const last = spans.at(-1)
    if (merges && last !== undefined && last.text === text && last.toMs >= fromMs) last.toMs = toMs
    else spans.push({ fromMs, toMs, text, color })
  }
  return { name: titleOf(field), spans }
}

function intervalOf(time: Field): number | undefined {
  const interval = time.config['interval']
  if (typeof interval === 'number' && interval > 0) return interval
  const times = time.values as Float64Array
  let least = Infinity
  for (let i = 1; i < times.length; i++) least = Math.min(least, times[i]! - times[i - 1]!)
  return least === Infinity ? undefined : least
}

/** States that have no colour of their own get one of the palette each, the same in every row. */
function colorOf(
  field: Field,
  value: unknown,
  text: string,
  states: Map<string, string>,
  theme: Theme,
): string {
  const mode = field.config.color?.mode ?? 'thresholds'
  const named = field.display?.(value).color
  const shown = named === undefined ? undefined : hexColor(named)
  const isPlain = mode.startsWith('palette') || (field.type === 'string' && !hasMappedColor(field))
  const known = states.get(text)
  const color = isPlain || shown === undefined ? (known ?? seriesColor(theme, states.size)) : shown
  if (known === undefined && states.size < STATES_MAX * 4) states.set(text, color)
  return color
}

function hasMappedColor({ config }: Field): boolean {
  return (config.mappings ?? []).some((mapping) =>
    mapping.type === 'value'
      ? Object.values(mapping.options).some(({ color }) => color !== undefined)
      : mapping.options.result.color !== undefined,
  )
}
