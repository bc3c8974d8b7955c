// Bytes of one simulated file, told apart into what the program sees and what a power cut would leave.
//
//   seen:     |---------- bytes, length ----------|
//   durable:  |--- syncedLength ---|               the rest was appended since the last sync
//
// Bytes below syncedLength never change except by a truncation, which first saves the durable state.
import type { SimRandom } from './sim-random.ts'

interface Write {
  readonly offset: number
  readonly length: number
}

export class SimFile {
  #bytes = new Uint8Array(0)
  #length = 0
  #syncedLength = 0
  /** Durable content when it is not simply a prefix of what is seen. */
  #durable: Uint8Array | undefined
  #unsynced: Write[] = []
  /** Pages of a failed sync: the program still sees them, the medium never gets them. */
  #lost: Write[] = []
  modifiedMs = 0

  static withDurable(bytes: Uint8Array, modifiedMs: number): SimFile {
    const file = new SimFile()
    file.append(bytes)
    file.sync()
    file.modifiedMs = modifiedMs
    return file
  }

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const wanted = this.#length + bytes.length
    if (wanted > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#unsynced.push({ offset: this.#length, length: bytes.length })
    this.#length = wanted
  }

  read(into: Uint8Array, offset: number): number {
    const count = Math.max(0, Math.min(into.length, this.#length - offset))
    into.set(this.#bytes.subarray(offset, offset + count))
    return count
  }

  content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  truncate(length: number): void {
    if (length > this.#length) {
      this.append(new Uint8Array(length - this.#length))
      return
    }
    if (length < this.#syncedLength) this.#durable ??= this.durable()
    this.#syncedLength = Math.min(this.#syncedLength, length)
    this.#unsynced = within(this.#unsynced, length)
    this.#lost = within(this.#lost, length)
    this.#length = length
  }

  sync(): void {
    this.#syncedLength = this.#length
    this.#durable = undefined
    this.#unsynced = []
  }

  /** A sync that failed: what was not yet durable never will be, and a later sync does not bring it back. */
  loseUnsynced(): void {
    this.#lost.push(...this.#unsynced)
    this.#unsynced = []
  }

  /** What is on the medium whatever happens. */
  durable(): Uint8Array {
    if (this.#durable !== undefined) return this.#durable
    const bytes = this.#bytes.slice(0, this.#syncedLength)
    zero(bytes, this.#lost)
    return bytes
  }

  /** What may be on the medium: the kernel wrote some of the pages back on its own. */
  afterCrash(keep: 'synced' | 'all' | 'some', isTorn: boolean, random: SimRandom): Uint8Array {
    if (keep === 'synced') return this.durable()
    if (keep === 'some' && this.#durable !== undefined && random.chance(0.5)) return this.#durable
    const kept = this.#unsynced.filter(() => keep === 'all' || random.chance(0.5))
    const last = kept.pop()
    if (last !== undefined) {
      const length = isTorn ? random.int(last.length + 1) : last.length
      kept.push({ offset: last.offset, length })
    }
    const end = kept.reduce(
      (most, one) => Math.max(most, one.offset + one.length),
      this.#syncedLength,
    )
    const bytes = this.#bytes.slice(0, end)
    // A later page may reach the medium before an earlier one; the gap then reads as zeros.
    const missing = this.#unsynced.filter(
      (one) => !kept.some((other) => other.offset === one.offset),
    )
    zero(bytes, [...missing, ...this.#lost])
    return bytes
  }
}

function within(writes: readonly Write[], length: number): Write[] {
  return writes
    .filter((one) => one.offset < length)
    .map((one) => ({ offset: one.offset, length: Math.min(one.length, length - one.offset) }))
}

function zero(bytes: Uint8Array, ranges: readonly Write[]): void {
  for (const { offset, length } of ranges) {
    if (offset < bytes.length) bytes.fill(0, offset, Math.min(bytes.length, offset + length))
  }
}
