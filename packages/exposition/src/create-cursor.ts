import type { BodyFormat } from './content-type.ts'
import type { ExpositionCursor, ExpositionOptions } from './cursor.ts'
import { CustomBucketCursor } from './custom-bucket-cursor.ts'
import { OpenMetricsCursor } from './openmetrics-cursor.ts'
import { ProtobufCursor } from './protobuf-cursor.ts'
import { TextCursor } from './text-cursor.ts'

/**
 * A cursor before the first entry of a scraped body. It reads the body in place: do not change it meanwhile.
 *
 * @param body    the whole exposition, uncompressed: UTF-8, or delimited messages
 * @param format  `text` is the classic format 0.0.4 and 1.0.0
 * @returns       a cursor whose `next()` throws UserError `exposition/parse` where the reference's parser
 *                fails, with its message
 * @source        Prometheus 3.14 model/textparse
 */
export function createCursor(
  body: Uint8Array,
  format: BodyFormat,
  options: ExpositionOptions = {},
): ExpositionCursor {
  const cursor = plainCursor(body, format, options)
  if (options.convertClassic !== true) return cursor
  return new CustomBucketCursor(cursor, options.classicHistograms ?? false)
}

function plainCursor(
  body: Uint8Array,
  format: BodyFormat,
  options: ExpositionOptions,
): ExpositionCursor {
  if (format === 'text') return new TextCursor(body, options)
  if (format === 'openmetrics') return new OpenMetricsCursor(body, options)
  // What is to be converted has to be read as classic first.
  const { convertClassic, classicHistograms } = options
  return new ProtobufCursor(body, {
    ...options,
    classicHistograms: (convertClassic ?? false) || (classicHistograms ?? false),
  })
}
