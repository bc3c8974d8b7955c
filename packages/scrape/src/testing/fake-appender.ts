import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'
import { isAbsent, isStale, METRIC_NAME } from '@pharos/model'
import type { Appender, GroupAppender, PendingSeries } from '@pharos/tsdb'
import { AppendOutcome } from '@pharos/tsdb'

/** A row as tests read it: `name{own labels}` to the value, 'stale' for the marker; absent columns are left out. */
interface RecordedRow {
  readonly tMs: number
  readonly values: Readonly<Record<string, number | 'stale'>>
}

interface RecordedSample {
  readonly tMs: number
  readonly series: string
  readonly value: number
}

/** Keeps what it is given, and checks the contract of the real one. */
export class FakeAppender implements Appender {
  readonly groups: Map<string, FakeGroup> = new Map()
  readonly metadata: Map<string, Metadata> = new Map()
  /** Columns the budget allows in each group. */
  budget: number = Infinity

  group(key: Labels): FakeGroup {
    const known = this.groups.get(key.key)
    if (known !== undefined) {
      known.released = false
      return known
    }
    const made = new FakeGroup(key, this)
    this.groups.set(key.key, made)
    return made
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.metadata.set(metric, metadata)
  }

  async sync(): Promise<void> {}

  /** The only group. */
  get only(): FakeGroup {
    const [group, ...others] = this.groups.values()
    if (group === undefined || others.length > 0) throw new Error(`${this.groups.size} groups`)
    return group
  }

  get rows(): RecordedRow[] {
    return this.only.rows
  }
}

export class FakeGroup implements GroupAppender {
  readonly key: Labels
  readonly series: Labels[] = []
  readonly rows: RecordedRow[] = []
  readonly samples: RecordedSample[] = []
  readonly histograms: {
    readonly tMs: number
    readonly series: string
    readonly histogram: NativeHistogram
  }[] = []
  readonly exemplars: { readonly series: string; readonly exemplar: Exemplar }[] = []
  released = false
  /** What the next rows come to. */
  outcome: AppendOutcome = AppendOutcome.ok
  readonly #owner: FakeAppender
  readonly #columns = new Map<string, number>()

  constructor(key: Labels, owner: FakeAppender) {
    this.key = key
    this.#owner = owner
  }

  get columnCount(): number {
    return this.series.length
  }

  pending(labels: Labels): PendingSeries {
    return { own: labels, removed: [] }
  }

  column(series: Labels | PendingSeries): number {
    const labels = 'own' in series ? series.own : series
    const known = this.#columns.get(labels.key)
    if (known !== undefined) return known
    if (this.series.length >= this.#owner.budget) return -1
    this.#columns.set(labels.key, this.series.length)
    return this.series.push(labels) - 1
  }

  labelsOf(column: number): Labels {
    return this.series[column]!
  }

  appendRow(
    tMs: number,
    row: Float64Array,
    histograms?: ReadonlyMap<number, NativeHistogram>,
  ): AppendOutcome {
    if (this.released) throw new Error('row after release')
    if (row.length < this.columnCount) throw new Error('row is too short')
    if (!Number.isInteger(tMs)) throw new Error(`time ${tMs} is no integer`)
    if (this.outcome !== AppendOutcome.ok) return this.outcome
    if (tMs <= (this.rows.at(-1)?.tMs ?? -Infinity)) return AppendOutcome.outOfOrder
    const values: Record<string, number | 'stale'> = {}
    this.series.forEach((_labels, column) => {
      const value = row[column]!
      if (!isAbsent(value)) values[this.#text(column)] = isStale(value) ? 'stale' : value
    })
    for (const [column, histogram] of histograms ?? [])
      this.histograms.push({ tMs, series: this.#text(column), histogram })
    this.rows.push({ tMs, values })
    return AppendOutcome.ok
  }

  appendSample(tMs: number, column: number, value: number | NativeHistogram): AppendOutcome {
    this.samples.push({ tMs, series: this.#text(column), value: Number(value) })
    return this.outcome
  }

  appendExemplar(column: number, exemplar: Exemplar): void {
    this.exemplars.push({ series: this.#text(column), exemplar })
  }

  release(): void {
    this.released = true
  }

  /** The series without the labels that all of its group have. */
  #text(column: number): string {
    const labels = this.series[column]!
    const own = [...labels].filter(
      ([name, value]) => name !== METRIC_NAME && this.key.get(name) !== value,
    )
    const name = labels.get(METRIC_NAME)
    return own.length === 0 ? name : `${name}{${own.map((pair) => pair.join('=')).join(',')}}`
  }
}
