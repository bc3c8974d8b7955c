// The short way of a body that has the structure of the last one: its numbers go to the columns they went to, and all
// that a reader by lines would count or note anew is as it was. It is learnt from a body that was read line by line and
// whose row the store took; any other body, any failure and any change of rules ends it.

import type { BodyTemplate, BodyTemplates } from '@pharos/exposition'
import type { BodyResult } from './body-result.ts'
import { TEMPLATE_PAUSE_SCRAPES_MAX } from './limits.ts'
import { Line } from './series-cache.ts'

export class KnownBody {
  /** By sample of the body; −1 where relabelling drops it. */
  columns: Int32Array = NO_COLUMNS
  /** Columns that get a value. */
  sampleCount = 0
  result: BodyResult | undefined
  readonly #templates: BodyTemplates
  #template: BodyTemplate | undefined
  #contentType = ''
  /** The last body that was read line by line is the template's. */
  #isLearnt = false
  /** And the store took its row. */
  #isReady = false
  // Of the body that is being read line by line.
  #entries = new Int32Array(0)
  #ends = new Int32Array(0)
  #count = 0
  #isPlain = false
  // A target whose structure changes at each scrape is not worth learning.
  #hits = 0
  #pauses = 0
  #pauseLength = 0

  constructor(templates: BodyTemplates) {
    this.#templates = templates
  }

  /** The numbers of a body that has the known structure; valid until another target is read. */
  values(body: Uint8Array, contentType: string): Float64Array | undefined {
    if (!this.#isReady || contentType !== this.#contentType) return undefined
    const values = this.#templates.values(this.#template!, body)
    if (values !== undefined) this.#hits++
    return values
  }

  /** A body is read line by line, or is missing. */
  begin(): void {
    if (this.#isReady) {
      const isWorthIt = this.#hits >= WORTH_HITS
      this.#pauseLength = isWorthIt ? 0 : nextPause(this.#pauseLength)
      this.#pauses = this.#pauseLength
    } else if (this.#pauses > 0) {
      this.#pauses--
    }
    this.#isReady = false
    this.#isLearnt = false
    this.#count = 0
    this.#isPlain = this.#pauses === 0
  }

  /** @param entry  of the cache; its column may be given later */
  note(entry: number, seriesEnd: number): void {
    if (!this.#isPlain) return
    if (this.#count === this.#ends.length) {
      const capacity = Math.max(64, this.#count * 2)
      this.#entries = resized(this.#entries, capacity)
      this.#ends = resized(this.#ends, capacity)
    }
    this.#entries[this.#count] = entry
    this.#ends[this.#count++] = seriesEnd
  }

  /** The body has what no template can say: times or exemplars of its own, series twice or refused. */
  refuse(): void {
    this.#isPlain = false
  }

  /**
   * The body that was just read was good.
   * @param columnOf  by entry; below 0 for a sample that relabelling drops
   */
  learn(body: Uint8Array, contentType: string, columnOf: Int32Array, result: BodyResult): void {
    const template = this.#isPlain ? this.#templateOf(body, columnOf) : undefined
    this.forget()
    if (template === undefined) return
    this.#template = template
    this.#isLearnt = true
    this.#contentType = contentType
    this.columns = this.#entries.slice(0, this.#count)
    this.sampleCount = 0
    for (let i = 0; i < this.#count; i++) {
      const column = columnOf[this.columns[i]!]!
      this.columns[i] = column
      if (column >= 0) this.sampleCount++
    }
    this.result = { ...result, seriesAdded: 0 }
    this.#entries = NO_COLUMNS
    this.#ends = NO_COLUMNS
    this.#hits = 0
  }

  #templateOf(body: Uint8Array, columnOf: Int32Array): BodyTemplate | undefined {
    for (let i = 0; i < this.#count; i++) {
      const column = columnOf[this.#entries[i]!]!
      if (column < 0 && column !== Line.dropped) return undefined
    }
    return this.#count === 0 ? undefined : this.#templates.take(body, this.#ends, this.#count)
  }

  /** The store took the row of the body that was read last. */
  confirm(): void {
    this.#isReady = this.#isLearnt
  }

  /** What a body of the template looks like; undefined when there is none. Its samples feed `columns`. */
  skeleton(): { readonly body: Uint8Array; readonly contentType: string } | undefined {
    if (this.#template === undefined) return undefined
    return { body: this.#templates.skeleton(this.#template), contentType: this.#contentType }
  }

  /** Lets the template go. */
  forget(): void {
    if (this.#template !== undefined) this.#templates.release(this.#template)
    this.#template = undefined
    this.#isLearnt = false
    this.#isReady = false
    this.columns = NO_COLUMNS
  }
}

const NO_COLUMNS = new Int32Array(0)

/** Learning costs about as much as reading by lines once more. */
const WORTH_HITS = 3

function nextPause(scrapes: number): number {
  return Math.min(TEMPLATE_PAUSE_SCRAPES_MAX, 2 * scrapes + 1)
}

function resized(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity)
  larger.set(column)
  return larger
}
