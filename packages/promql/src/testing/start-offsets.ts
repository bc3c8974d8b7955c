// Start times in load blocks: offsets from the samples' times, `_ -1m -30s-1mx2`.

import { parseDuration } from '@pharos/model'
import { scriptError } from './series-line.ts'

const DURATION = '(?:(?:\\d+(?:ms|[ywdhms]))+|0)'
const ITEM = new RegExp(`^([+-]?${DURATION})(?:([+-]${DURATION})?x(\\d+))?$`)

/**
 * @returns ms, one for each place; undefined where none is given
 * @throws UserError `promql/script`
 * @source conformance promql/st-sequence.json
 */
export function parseStartOffsets(text: string): (number | undefined)[] {
  return text.split(/\s+/).filter(Boolean).flatMap(parseItem)
}

function parseItem(item: string): (number | undefined)[] {
  if (item === '_') return [undefined]
  const gap = /^_x(\d+)$/.exec(item)
  if (gap !== null && Number(gap[1]) > 0)
    return Array.from({ length: Number(gap[1]) }, () => undefined)
  const match = ITEM.exec(item)
  if (match === null) throw scriptError(`invalid ST item ${item}`)
  const first = signed(match[1]!)
  const step = match[2] === undefined ? 0 : signed(match[2])
  return Array.from({ length: Number(match[3] ?? 0) + 1 }, (_, i) => first + i * step)
}

function signed(text: string): number {
  const ms = parseDuration(text.replace(/^[+-]/, ''))
  return text.startsWith('-') ? -ms : ms
}
