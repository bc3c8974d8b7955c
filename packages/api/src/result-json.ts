// Query answers as JSON text, in chunks. Columns go straight into text: no object, no array for a point.

import { formatValue, isAbsent } from '@pharos/model'
import type { MatrixResult, MatrixSeries, QueryAnswer, QueryResult } from '@pharos/promql'
import { histogramJson } from './histogram-json.ts'
import { jsonLabels, jsonTexts } from './json-text.ts'
import { CHUNK_CHARS } from './limits.ts'

/** What of an answer is written. */
export interface WrittenAnswer {
  readonly result: QueryResult
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  /** JSON of the statistics, undefined when they were not asked for. */
  readonly stats: string | undefined
}

/**
 * `{"status":"success","data":{"resultType":…,"result":…}}` in chunks of some 64 KiB.
 * @param open  what stands before `"status"`: a brace, or more fields
 * @source Prometheus, web/api/v1/json_codec.go; conformance api/json-encoding.json
 */
export function* answerJson(
  answer: WrittenAnswer,
  open: string = '{',
): Generator<string, void, undefined> {
  const { result, stats } = answer
  yield* coalesced(pieces(open, result, stats, answer))
}

function* pieces(
  open: string,
  result: QueryResult,
  stats: string | undefined,
  answer: Pick<QueryAnswer, 'warnings' | 'infos'>,
): Generator<string, void, undefined> {
  yield `${open}"status":"success","data":{"resultType":"${result.type}","result":`
  yield* resultPieces(result)
  if (stats !== undefined) yield `,"stats":${stats}`
  yield `}${notesJson(answer)}}`
}

/** `,"warnings":[…],"infos":[…]`, each only when there are any. */
export function notesJson(notes: Pick<QueryAnswer, 'warnings' | 'infos'>): string {
  const warnings = notes.warnings.length === 0 ? '' : `,"warnings":${jsonTexts(notes.warnings)}`
  return notes.infos.length === 0 ? warnings : `${warnings},"infos":${jsonTexts(notes.infos)}`
}

function* resultPieces(result: QueryResult): Generator<string, void, undefined> {
  if (result.type === 'scalar') {
    yield `[${timeText(result.timeMs)},"${formatValue(result.value)}"]`
  } else if (result.type === 'string') {
    yield `[${timeText(result.timeMs)},${JSON.stringify(result.value)}]`
  } else if (result.type === 'matrix') {
    yield* matrixPieces(result)
  } else {
    const time = timeText(result.timeMs)
    yield '['
    let separator = ''
    for (const { labels, value, histogram } of result.series) {
      const sample =
        histogram === undefined
          ? `"value":[${time},"${formatValue(value)}"]`
          : `"histogram":[${time},${histogramJson(histogram)}]`
      yield `${separator}{"metric":${jsonLabels(labels)},${sample}}`
      separator = ','
    }
    yield ']'
  }
}

function* matrixPieces(matrix: MatrixResult): Generator<string, void, undefined> {
  const clock = new TimeTexts()
  yield '['
  let separator = ''
  for (const series of matrix.series) {
    yield `${separator}{"metric":${jsonLabels(series.labels)}`
    yield* floatPieces(series, clock)
    yield* histogramPieces(series)
    yield '}'
    separator = ','
  }
  yield ']'
}

function* floatPieces(series: MatrixSeries, clock: TimeTexts): Generator<string, void, undefined> {
  const { times, values, histograms } = series
  let text = ''
  let begin = ',"values":['
  for (let i = 0; i < times.length; i++) {
    const value = values[i]!
    if (value !== value && (isAbsent(value) || histograms?.[i] !== undefined)) continue
    text += `${begin}[${clock.at(i, times[i]!)},"${formatValue(value)}"]`
    begin = ','
    if (text.length >= CHUNK_CHARS) {
      yield text
      text = ''
    }
  }
  yield begin === ',' ? `${text}]` : text
}

function* histogramPieces(series: MatrixSeries): Generator<string, void, undefined> {
  const { times, histograms } = series
  if (histograms === undefined) return
  let begin = ',"histograms":['
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms[i]
    if (histogram === undefined) continue
    yield `${begin}[${timeText(times[i]!)},${histogramJson(histogram)}]`
    begin = ','
  }
  if (begin === ',') yield ']'
}

/** Texts of times by position: the series of a range query nearly always share their steps. */
class TimeTexts {
  readonly #times: number[] = []
  readonly #texts: string[] = []

  at(i: number, timeMs: number): string {
    if (this.#times[i] !== timeMs) {
      this.#times[i] = timeMs
      this.#texts[i] = timeText(timeMs)
    }
    return this.#texts[i]!
  }
}

/** ms as seconds; a fraction has three digits: `1.010`. */
function timeText(timeMs: number): string {
  const ms = Math.abs(timeMs)
  const rest = ms % 1000
  const whole = `${timeMs < 0 ? '-' : ''}${(ms - rest) / 1000}`
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(3, '0')}`
}

/** Fewer, larger pieces. */
export function* coalesced(
  small: Iterable<string>,
  chunkChars: number = CHUNK_CHARS,
): Generator<string, void, undefined> {
  let text = ''
  for (const piece of small) {
    text += piece
    if (text.length < chunkChars) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
