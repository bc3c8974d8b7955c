// Lines of the text exposition format, as /metrics has them.
import { UserError } from '@pharos/base'
import { createCursor, Entry } from '@pharos/exposition'
import { badLine, type ImportedSeries, type LineReader } from './imported-series.ts'

const utf8 = new TextEncoder()

/**
 * @param timeMs  the time of lines that have none
 * @source VictoriaMetrics docs, /api/v1/import/prometheus; the format is Prometheus' 0.0.4
 */
export function textReader(timeMs: number): LineReader {
  return (line) => {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return []
    try {
      const cursor = createCursor(utf8.encode(`${text}\n`), 'text')
      const found: ImportedSeries[] = []
      while (cursor.next() !== Entry.end) {
        found.push({
          labels: new Map(cursor.labels()),
          timesMs: [cursor.hasTimestamp ? cursor.timestampMs : timeMs],
          values: [cursor.value],
        })
      }
      return found
    } catch (error) {
      if (error instanceof UserError) throw badLine(error.message)
      throw error
    }
  }
}
