// The hot path: lines met before, known by their bytes. A body nearly always has the lines of the last one in the
// same order, so a line is first compared with the one that followed last time; only when that fails is it hashed
// and looked up. Entries are columns in typed arrays; nothing is allocated for a known line.
//
//   order: [ 4 0 1 2 … ]  entries as the last good body had them, `at` points to the expected one
//   entry e: bytes arena[offset[e] … + length[e]), hash[e], column[e], seen[e] (scrape that saw it last)
//   table: open addressing over hash, holds e + 1

/** What `column` says of an entry that feeds no column. */
export const Line = {
  /** Not resolved yet, or only in a scrape that failed. */
  unknown: -1,
  /** A series that relabelling drops. */
  dropped: -2,
  /** A `# TYPE`, `# HELP` or `# UNIT` line. */
  metadata: -3,
  /** Refused by the store's series budget; asked again when the target's lines change. */
  refused: -4,
  /** New in the running scrape: −5 − index into its list of new series. */
  pending: -5,
} as const

const NO_VIEW = new DataView(new ArrayBuffer(0))

export class SeriesCache {
  /** By entry; read and written by the scrape. */
  column: Int32Array = new Int32Array(16)
  /** Number of the scrape that saw the entry last. */
  seen: Int32Array = new Int32Array(16)
  #offset = new Int32Array(16)
  #length = new Int32Array(16)
  #hash = new Int32Array(16)
  /** Where the entry stands in `#order`. */
  #position = new Int32Array(16)
  #count = 0
  #arena = new Uint8Array(512)
  #arenaView = new DataView(this.#arena.buffer)
  #arenaLength = 0
  #table = new Int32Array(32)
  #order = new Int32Array(16)
  #orderLength = 0
  #nextOrder = new Int32Array(16)
  #nextLength = 0
  #at = 0
  #body: Uint8Array = new Uint8Array(0)
  #bodyView: DataView = NO_VIEW

  get size(): number {
    return this.#count
  }

  /** Lines in the last good body. */
  get lineCount(): number {
    return this.#orderLength
  }

  begin(body: Uint8Array): void {
    this.#body = body
    this.#bodyView = new DataView(body.buffer, body.byteOffset, body.byteLength)
    this.#nextLength = 0
    this.#at = 0
  }

  /** The entry of the line [start, end) of the body, or −1 when it is new. */
  find(start: number, end: number): number {
    const length = end - start
    if (this.#at < this.#orderLength) {
      const expected = this.#order[this.#at]!
      if (this.#length[expected] === length && this.#equals(expected, start, length)) {
        this.#at++
        this.#note(expected)
        return expected
      }
    }
    const hash = hashOf(this.#body, start, end)
    const mask = this.#table.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#table[slot]! - 1
      if (entry < 0) return -1
      if (this.#hash[entry] !== hash || this.#length[entry] !== length) continue
      if (!this.#equals(entry, start, length)) continue
      // Lines between have vanished, or their order has changed: go on behind this one.
      if (this.#position[entry]! >= 0) this.#at = this.#position[entry]! + 1
      this.#note(entry)
      return entry
    }
  }

  /** Makes an entry for a line that `find` did not know. */
  add(start: number, end: number, column: number): number {
    if (this.#count === this.column.length) this.#growEntries()
    if ((this.#count + 1) * 2 > this.#table.length) this.#growTable()
    const entry = this.#count++
    const length = end - start
    this.#reserveArena(this.#arenaLength + length)
    this.#arena.set(this.#body.subarray(start, end), this.#arenaLength)
    this.#offset[entry] = this.#arenaLength
    this.#arenaLength += length
    this.#length[entry] = length
    this.#hash[entry] = hashOf(this.#body, start, end)
    this.#position[entry] = -1
    this.column[entry] = column
    this.seen[entry] = 0
    this.#insert(entry)
    this.#note(entry)
    return entry
  }

  /** The body was good: its order is expected next time. Forgets old lines when there are too many of them. */
  commit(slackLines: number): boolean {
    const before = this.#order
    this.#order = this.#nextOrder
    this.#orderLength = this.#nextLength
    this.#nextOrder = before
    if (this.#count > 2 * this.#orderLength + slackLines) {
      this.#keepOrdered()
      return true
    }
    for (let i = 0; i < this.#orderLength; i++) this.#position[this.#order[i]!] = i
    return false
  }

  /** The body was bad: what it showed is not what was stored. `lastGood` is the number of the last good scrape. */
  rollback(lastGood: number, slackLines: number): boolean {
    for (let i = 0; i < this.#nextLength; i++) {
      const entry = this.#nextOrder[i]!
      this.seen[entry] = 0
      if (this.column[entry]! <= Line.pending) this.column[entry] = Line.unknown
    }
    for (let i = 0; i < this.#orderLength; i++) this.seen[this.#order[i]!] = lastGood
    // A target whose bodies vary and always fail would grow the cache for ever.
    if (this.#count <= 2 * this.#orderLength + slackLines) return false
    this.#keepOrdered()
    return true
  }

  /** Lines are read anew: relabelling or limits have changed. */
  clear(): void {
    this.#count = 0
    this.#arenaLength = 0
    this.#orderLength = 0
    this.#nextLength = 0
    this.#at = 0
    this.#table.fill(0)
  }

  /** Marks the columns that the lines of the last good scrape feed. */
  markColumns(isKept: Uint8Array, lastGood: number): void {
    for (let entry = 0; entry < this.#count; entry++) {
      const column = this.column[entry]!
      if (column >= 0 && this.seen[entry] === lastGood) isKept[column] = 1
    }
  }

  /** The group has numbered its columns anew: `columns[old]` is the new number, or `Line.unknown`. */
  renumber(columns: Int32Array): void {
    for (let entry = 0; entry < this.#count; entry++) {
      const column = this.column[entry]!
      if (column >= 0) this.column[entry] = columns[column]!
    }
  }

  #note(entry: number): void {
    if (this.#nextLength === this.#nextOrder.length) this.#nextOrder = doubled(this.#nextOrder)
    this.#nextOrder[this.#nextLength++] = entry
  }

  /** Compares four bytes at a time, the last four overlapping: a fifth of the time of a loop over bytes. */
  #equals(entry: number, start: number, length: number): boolean {
    const from = this.#offset[entry]!
    if (length < 4) {
      for (let i = 0; i < length; i++) {
        if (this.#arena[from + i] !== this.#body[start + i]) return false
      }
      return true
    }
    const arena = this.#arenaView
    const body = this.#bodyView
    const last = length - 4
    if (arena.getInt32(from + last) !== body.getInt32(start + last)) return false
    for (let i = 0; i < last; i += 4) {
      if (arena.getInt32(from + i) !== body.getInt32(start + i)) return false
    }
    return true
  }

  #insert(entry: number): void {
    const mask = this.#table.length - 1
    let slot = this.#hash[entry]! & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = entry + 1
  }

  #growEntries(): void {
    this.column = doubled(this.column)
    this.seen = doubled(this.seen)
    this.#offset = doubled(this.#offset)
    this.#length = doubled(this.#length)
    this.#hash = doubled(this.#hash)
    this.#position = doubled(this.#position)
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 2)
    for (let entry = 0; entry < this.#count; entry++) this.#insert(entry)
  }

  #reserveArena(total: number): void {
    if (total <= this.#arena.length) return
    const larger = new Uint8Array(Math.max(total, this.#arena.length * 2))
    larger.set(this.#arena.subarray(0, this.#arenaLength))
    this.#arena = larger
    this.#arenaView = new DataView(larger.buffer)
  }

  /** Keeps the entries of the last good body only, numbered in its order. */
  #keepOrdered(): void {
    const { column, seen } = this
    const order = this.#order
    const offset = this.#offset
    const length = this.#length
    const hash = this.#hash
    const arena = this.#arena
    // A line may stand twice in a body; its entry is moved once.
    const moved = new Set<number>()
    let bytes = 0
    for (let i = 0; i < this.#orderLength; i++) {
      if (!moved.has(order[i]!)) bytes += length[order[i]!]!
      moved.add(order[i]!)
    }
    const entries = [...moved]
    const capacity = Math.max(64, entries.length)
    this.column = new Int32Array(capacity)
    this.seen = new Int32Array(capacity)
    this.#offset = new Int32Array(capacity)
    this.#length = new Int32Array(capacity)
    this.#hash = new Int32Array(capacity)
    this.#position = new Int32Array(capacity)
    this.#arena = new Uint8Array(Math.max(4_096, bytes))
    this.#arenaView = new DataView(this.#arena.buffer)
    this.#arenaLength = 0
    let slots = 128
    while (slots < 2 * (capacity + 1)) slots *= 2
    this.#table = new Int32Array(slots)
    this.#count = entries.length
    entries.forEach((from, to) => {
      this.#arena.set(
        arena.subarray(offset[from]!, offset[from]! + length[from]!),
        this.#arenaLength,
      )
      this.#offset[to] = this.#arenaLength
      this.#arenaLength += length[from]!
      this.#length[to] = length[from]!
      this.#hash[to] = hash[from]!
      this.#position[to] = to
      this.column[to] = column[from]!
      this.seen[to] = seen[from]!
      this.#insert(to)
    })
    this.#order = Int32Array.from({ length: Math.max(64, entries.length) }, (_, i) => i)
    this.#orderLength = entries.length
    this.#nextOrder = new Int32Array(Math.max(64, entries.length))
    this.#nextLength = 0
  }
}

/** FNV-1a, 32 bits: only for lines that did not come in the expected order. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2)
  larger.set(column)
  return larger
}
