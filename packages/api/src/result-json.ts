// Query answers as JSON, in chunks of bytes. Columns go straight into them: no object, no array, no text for a point.

import { ABSENT, formatValue } from '@pharos/model'
import type {
  MatrixResult,
  MatrixSeries,
  QueryAnswer,
  QueryResult,
  VectorResult,
} from '@pharos/promql'
import { ChunkWriter } from './chunk-writer.ts'
import { histogramJson } from './histogram-json.ts'
import { jsonTexts } from './json-text.ts'
import { CHUNK_CHARS } from './limits.ts'
import type { PointPrinter } from './point-printer.ts'
import { timeText } from './time-text.ts'

/** What of an answer is written. */
export interface WrittenAnswer {
  readonly result: QueryResult
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  /** JSON of the statistics, undefined when they were not asked for. */
  readonly stats: string | undefined
  /** Called when all of it is written. */
  readonly release: () => void
}

/** The steps of a range query, ms. */
export interface Grid {
  readonly startMs: number
  readonly stepMs: number
}

/**
 * `{"status":"success","data":{"resultType":…,"result":…}}` in chunks.
 * @param open  what stands before `"status"`: a brace, or more fields
 * @param grid  of a matrix whose points are written as columns
 * @source Prometheus, web/api/v1/json_codec.go; conformance api/json-encoding.json
 */
export function* answerJson(
  answer: WrittenAnswer,
  printer: PointPrinter,
  open: string = '{',
  grid?: Grid,
): Generator<Buffer, void, undefined> {
  const { result, stats } = answer
  const out = new ChunkWriter(printer.pool)
  const columns = result.type === 'matrix' ? grid : undefined
  const kind =
    columns === undefined
      ? `"${result.type}"`
      : `"columns","start":${timeText(columns.startMs)},"step":${timeText(columns.stepMs)}`
  out.text(`${open}"status":"success","data":{"resultType":${kind},"result":`)
  if (result.type === 'matrix') yield* matrixJson(result, printer, out, columns)
  else if (result.type === 'vector') yield* vectorJson(result, printer, out)
  else if (result.type === 'scalar')
    out.text(`[${timeText(result.timeMs)},"${formatValue(result.value)}"]`)
  else out.text(`[${timeText(result.timeMs)},${JSON.stringify(result.value)}]`)
  if (stats !== undefined) out.text(`,"stats":${stats}`)
  out.text(`}${notesJson(answer)}}`)
  answer.release()
  yield* out.rest()
}

/** `,"warnings":[…],"infos":[…]`, each only when there are any. */
export function notesJson(notes: Pick<QueryAnswer, 'warnings' | 'infos'>): string {
  const warnings = notes.warnings.length === 0 ? '' : `,"warnings":${jsonTexts(notes.warnings)}`
  return notes.infos.length === 0 ? warnings : `${warnings},"infos":${jsonTexts(notes.infos)}`
}

function* vectorJson(
  { timeMs, series }: VectorResult,
  printer: PointPrinter,
  out: ChunkWriter,
): Generator<Buffer, void, undefined> {
  const time = timeText(timeMs)
  let separator = '['
  for (const { labels, value, histogram } of series) {
    out.text(`${separator}{"metric":`)
    printer.labels.write(labels, out)
    out.text(
      histogram === undefined
        ? `,"value":[${time},"${formatValue(value)}"]}`
        : `,"histogram":[${time},${histogramJson(histogram)}]}`,
    )
    separator = ','
    yield* out.take()
  }
  out.text(separator === ',' ? ']' : '[]')
}

function* matrixJson(
  matrix: MatrixResult,
  printer: PointPrinter,
  out: ChunkWriter,
  grid: Grid | undefined,
): Generator<Buffer, void, undefined> {
  let separator = '['
  for (const series of matrix.series) {
    out.text(separator)
    out.text('{"metric":')
    printer.labels.write(series.labels, out)
    const values = floatsOf(series)
    if (grid === undefined) printer.write(series.times, values, out)
    else printer.writeRuns(series.times, values, grid.startMs, grid.stepMs, out)
    writeHistograms(series, out)
    separator = '},'
    if (out.isFull) yield* out.take()
  }
  out.text(separator === '},' ? '}]' : '[]')
}

/** The values without those that stand in a histogram's place. */
function floatsOf({ values, histograms }: MatrixSeries): Float64Array {
  if (histograms === undefined) return values
  return values.map((value, i) => (histograms[i] === undefined ? value : ABSENT))
}

function writeHistograms({ times, histograms }: MatrixSeries, out: ChunkWriter): void {
  if (histograms === undefined) return
  let begin = ',"histograms":['
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms[i]
    if (histogram === undefined) continue
    out.text(`${begin}[${timeText(times[i]!)},${histogramJson(histogram)}]`)
    begin = ','
  }
  if (begin === ',') out.text(']')
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
