// Whose row it is. Most rows are folded into sums, and nobody ever asks for their labels: they are put together when
// someone does.

import { Labels, METRIC_NAME } from '@pharos/model'
import type { SeriesGroup } from '../queryable.ts'
import { withoutMetadata } from './labels-of.ts'

export class RowName {
  /** Undefined: the labels are there already. */
  group: SeriesGroup | undefined = undefined
  series = 0
  /** Name, type and unit have been taken off. */
  isBare = false
  #labels: Labels | undefined = undefined

  /** Names another series from now on. */
  at(group: SeriesGroup, series: number, isBare: boolean): this {
    this.group = group
    this.series = series
    this.isBare = isBare
    this.#labels = undefined
    return this
  }

  of(labels: Labels): this {
    this.group = undefined
    this.#labels = labels
    return this
  }

  get labels(): Labels {
    if (this.#labels !== undefined) return this.#labels
    const { group } = this
    if (group === undefined) return Labels.EMPTY
    const labels = group.labels(this.series)
    return (this.#labels = this.isBare ? withoutMetadata(labels) : labels)
  }
}

/** The metric name of a series as it is stored. */
export function metricNameOf(group: SeriesGroup, series: number): string {
  const { parts } = group
  if (parts === undefined) return group.labels(series).get(METRIC_NAME)
  const { own, removed } = parts.shapes[series]!
  const name = own.get(METRIC_NAME)
  return name !== '' || removed.includes(METRIC_NAME) ? name : parts.common.get(METRIC_NAME)
}
