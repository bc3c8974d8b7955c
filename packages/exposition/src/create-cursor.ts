import type { ExpositionCursor, ExpositionOptions } from './cursor.ts'
import { OpenMetricsCursor } from './openmetrics-cursor.ts'
import { TextCursor } from './text-cursor.ts'

/** The formats a body can be walked in. */
export type TextFormat = 'text' | 'openmetrics'

/**
 * A cursor before the first entry of a scraped body. It reads the body in place: do not change it meanwhile.
 *
 * @param body    the whole exposition, uncompressed, UTF-8
 * @param format  `text` is the classic format 0.0.4 and 1.0.0
 * @returns       a cursor whose `next()` throws UserError `exposition/parse` where the reference's parser
 *                fails, with its message
 * @source        Prometheus 3.14 model/textparse
 */
export function createCursor(
  body: Uint8Array,
  format: TextFormat,
  options: ExpositionOptions = {},
): ExpositionCursor {
  return format === 'text' ? new TextCursor(body, options) : new OpenMetricsCursor(body, options)
}
