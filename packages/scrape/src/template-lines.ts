// The lines of a target come back from its template when a body differs from it.

import type { ScrapeSettings } from '@pharos/config'
import { createCursor, Entry, parserFor } from '@pharos/exposition'
import type { KnownBody } from './known-body.ts'
import { CACHE_SLACK_LINES } from './limits.ts'
import { Line, SeriesCache } from './series-cache.ts'
import type { ScrapeFeatures } from './writer-context.ts'
import { cursorOptions } from './writer-context.ts'

/**
 * The cache as it was after the last body of the template.
 * @param scrape   number of the scrape that saw all of its lines
 */
export function linesOf(
  known: KnownBody,
  settings: ScrapeSettings,
  features: ScrapeFeatures,
  scrape: number,
): SeriesCache {
  const cache = new SeriesCache()
  const skeleton = known.skeleton()
  if (skeleton === undefined) return cache
  const { body, contentType } = skeleton
  const { format } = parserFor(contentType, settings.fallbackScrapeProtocol ?? '')
  if (format === undefined) return cache
  const cursor = createCursor(body, format, cursorOptions(settings, features))
  cache.begin(cursor.body ?? body)
  let sample = 0
  for (let kind = cursor.next(); kind !== Entry.end; kind = cursor.next()) {
    const isSeries = kind === Entry.series
    if (!isSeries && kind !== Entry.type && kind !== Entry.help && kind !== Entry.unit) continue
    const column = isSeries ? known.columns[sample++]! : Line.metadata
    const entry = cache.add(cursor.seriesStart, cursor.seriesEnd, column)
    cache.seen[entry] = scrape
  }
  cache.commit(CACHE_SLACK_LINES)
  return cache
}
