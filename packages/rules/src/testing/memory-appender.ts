import { isAbsent, type Labels, type NativeHistogram } from '@pharos/model'
import type { MemoryStore } from '@pharos/promql/testing'
import { AppendOutcome, type Appender, type GroupAppender } from '@pharos/tsdb'

/** The way into a store in memory, as rules want it. */
export function memoryAppender(store: MemoryStore): Appender {
  return {
    group: (key) => memoryGroup(store, key),
    setMetadata: () => {},
    sync: () => Promise.resolve(),
  }
}

function memoryGroup(store: MemoryStore, key: Labels): GroupAppender {
  const columns = new Map<string, number>()
  const labelsOf: Labels[] = []
  return {
    key,
    get columnCount() {
      return labelsOf.length
    },
    pending: (labels) => ({ own: labels, removed: [] }),
    column(series) {
      const labels = 'own' in series ? series.own : series
      const known = columns.get(labels.key)
      if (known !== undefined) return known
      columns.set(labels.key, labelsOf.length)
      return labelsOf.push(labels) - 1
    },
    labelsOf: (column) => labelsOf[column]!,
    appendRow(tMs, row, histograms) {
      labelsOf.forEach((labels, c) => {
        const value: number | NativeHistogram = histograms?.get(c) ?? row[c]!
        if (typeof value === 'number' && isAbsent(value)) return
        store.append(labels, tMs, value, labels.key)
      })
      return AppendOutcome.ok
    },
    appendSample(tMs, column, value) {
      store.append(labelsOf[column]!, tMs, value, labelsOf[column]!.key)
      return AppendOutcome.ok
    },
    appendExemplar: () => {},
    release: () => {},
  }
}
