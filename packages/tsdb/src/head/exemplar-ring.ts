// The newest exemplars, all series together, in a ring.

import { type ByteReader, ByteWriter } from '@pharos/base'
import { type Exemplar, Labels } from '@pharos/model'
import { type Wal, WalRecord } from '../wal/wal.ts'

export interface StoredExemplar {
  readonly series: Labels
  readonly exemplar: Exemplar
}

export class ExemplarRing {
  #ring: StoredExemplar[] = []
  #capacity: number
  /** Newest exemplar of each series that has one in the ring. */
  readonly #newest = new Map<string, Exemplar>()
  #next = 0
  /** While replaying: what is there, because every file of the log begins with what those before it have. */
  #replayed: Set<string> | undefined

  /** @param capacity  exemplars kept, all series together; 0: none */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The newest of those that are there stay. */
  resize(capacity: number): void {
    if (capacity === this.#capacity) return
    const kept = capacity === 0 ? [] : this.all().slice(-capacity)
    this.#capacity = capacity
    this.#ring = kept
    this.#next = kept.length < capacity ? kept.length : 0
    this.#newest.clear()
    for (const { series, exemplar } of kept) this.#newest.set(series.key, exemplar)
  }

  /**
   * @param nowMs  the time of one that has none
   * @returns what is stored of it, with its time; undefined when it is there (the same one is exposed scrape after scrape), and
   *   when none are kept
   */
  add(series: Labels, exemplar: Exemplar, nowMs: number): StoredExemplar | undefined {
    if (this.#capacity === 0) return undefined
    const last = this.#newest.get(series.key)
    if (
      last !== undefined &&
      last.value === exemplar.value &&
      (exemplar.timestampMs ?? last.timestampMs) === last.timestampMs &&
      last.labels.equals(exemplar.labels)
    ) {
      return undefined
    }
    const stored = {
      series,
      exemplar: { ...exemplar, timestampMs: exemplar.timestampMs ?? nowMs },
    }
    const replaced = this.#ring[this.#next]
    if (replaced !== undefined && this.#newest.get(replaced.series.key) === replaced.exemplar) {
      this.#newest.delete(replaced.series.key)
    }
    this.#ring[this.#next] = stored
    this.#next = (this.#next + 1) % this.#capacity
    this.#newest.set(series.key, stored.exemplar)
    return stored
  }

  /** Takes one from the log unless it is there. */
  replay({ series, exemplar }: StoredExemplar): void {
    const { labels, value, timestampMs } = exemplar
    const key = JSON.stringify([series.flat, labels.flat, value, timestampMs])
    this.#replayed ??= new Set()
    if (this.#replayed.has(key)) return
    this.#replayed.add(key)
    this.add(series, exemplar, 0)
  }

  /** What came while the header of a file was written stands before older ones in it: puts all in order. */
  endReplay(): void {
    this.#replayed = undefined
    const time = ({ exemplar }: StoredExemplar): number => exemplar.timestampMs ?? 0
    const all = this.all().toSorted((a, b) => time(a) - time(b))
    this.#ring = all
    this.#next = all.length < this.#capacity ? all.length : 0
    for (const { series, exemplar } of all) this.#newest.set(series.key, exemplar)
  }

  /** Oldest first. */
  all(): StoredExemplar[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
  }
}

/** EXEMPLAR := series labels | exemplar labels | value f64 | has time u8 | [time zz]; labels are n, n × (name, value) */
export function logExemplar(wal: Wal, { series, exemplar }: StoredExemplar): void {
  const body = new ByteWriter(256)
  for (const labels of [series, exemplar.labels]) {
    body.varint(labels.size)
    for (const text of labels.flat) body.text(text)
  }
  body.f64(exemplar.value)
  body.u8(exemplar.timestampMs === undefined ? 0 : 1)
  if (exemplar.timestampMs !== undefined) body.zigzag(Math.round(exemplar.timestampMs))
  wal.add(WalRecord.exemplar, body.bytes())
}

/** @throws OutsideError `bytes/…` */
export function readExemplar(reader: ByteReader): StoredExemplar {
  const [series, labels] = [readLabels(reader), readLabels(reader)]
  const value = reader.f64()
  const timestampMs = reader.u8() === 1 ? reader.zigzag() : undefined
  return { series, exemplar: { labels, value, timestampMs } }
}

function readLabels(reader: ByteReader): Labels {
  const pairs: [string, string][] = []
  for (let left = reader.varint(); left > 0; left--) pairs.push([reader.text(), reader.text()])
  return Labels.of(pairs)
}
