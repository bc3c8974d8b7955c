// Where samples that are not here come from: one interface for remote read and for the query APIs of engines.

import type { SelectHints } from '@pharos/tsdb'
import type { ReadQuery } from './read-message.ts'
import type { SeriesColumns } from './series-samples.ts'

export interface ReadSource {
  /** For people, in warnings and infos. */
  readonly name: string
  /** @throws OutsideError when the other side does not answer, or with something that is no answer */
  fetch(query: ReadQuery, hints: SelectHints): Promise<readonly SeriesColumns[]>
  /** Names of labels, where the other side can say. */
  labelNames?(query: ReadQuery): Promise<readonly string[]>
  labelValues?(name: string, query: ReadQuery): Promise<readonly string[]>
  close(): void
}
