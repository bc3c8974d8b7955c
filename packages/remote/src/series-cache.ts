// Where a series was put, found by the bytes of its labels as they stand in a message: a sender repeats them bit for bit.
// Nothing but 96 bits of hash is kept of them. The seed is secret, so that nobody can make two series meet.

import type { Random } from '@pharos/base'
import { CACHED_SERIES } from './limits.ts'

const MIN_SLOTS = 1024

export class SeriesCache {
  readonly #seed: Uint32Array
  /** Three words of hash a slot. */
  #hashes = new Uint32Array(3 * MIN_SLOTS)
  /** Group and column a slot; group −1: empty. */
  #places = new Int32Array(2 * MIN_SLOTS).fill(-1)
  #count = 0
  /** Of the slot that `find` ended at. */
  #slot = 0
  readonly #hash = new Uint32Array(3)
  group = -1
  column = -1

  constructor(random: Random) {
    this.#seed = new Uint32Array(random.bytes(12).slice().buffer)
  }

  get size(): number {
    return this.#count
  }

  /** Looks labels up; `group` and `column` say where they are when it returns true. */
  find(view: DataView, from: number, to: number): boolean {
    this.#hashOf(view, from, to)
    const [a, b, c] = this.#hash as unknown as [number, number, number]
    const mask = this.#places.length / 2 - 1
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      this.#slot = slot
      const group = this.#places[2 * slot]!
      if (group < 0) return false
      const at = 3 * slot
      if (this.#hashes[at] !== a || this.#hashes[at + 1] !== b || this.#hashes[at + 2] !== c)
        continue
      this.group = group
      this.column = this.#places[2 * slot + 1]!
      return true
    }
  }

  /** Remembers the labels that `find` has just not found. */
  add(group: number, column: number): void {
    this.#put(this.#slot, this.#hash, 0, group, column)
    this.#count++
    if (this.#count * 2 > this.#places.length / 2) this.#grow()
  }

  clear(): void {
    this.#hashes = new Uint32Array(3 * MIN_SLOTS)
    this.#places = new Int32Array(2 * MIN_SLOTS).fill(-1)
    this.#count = 0
  }

  get isFull(): boolean {
    return this.#count >= CACHED_SERIES
  }

  #put(slot: number, words: Uint32Array, at: number, group: number, column: number): void {
    for (let i = 0; i < 3; i++) this.#hashes[3 * slot + i] = words[at + i]!
    this.#places[2 * slot] = group
    this.#places[2 * slot + 1] = column
  }

  #grow(): void {
    const [hashes, places] = [this.#hashes, this.#places]
    const slots = places.length
    this.#hashes = new Uint32Array(3 * slots)
    this.#places = new Int32Array(2 * slots).fill(-1)
    for (let old = 0; old < places.length / 2; old++) {
      if (places[2 * old]! < 0) continue
      let slot = hashes[3 * old]! & (slots - 1)
      while (this.#places[2 * slot]! >= 0) slot = (slot + 1) & (slots - 1)
      this.#put(slot, hashes, 3 * old, places[2 * old]!, places[2 * old + 1]!)
    }
  }

  /** Three lanes of multiply and rotate over words of four bytes. */
  #hashOf(view: DataView, from: number, to: number): void {
    let a = this.#seed[0]! ^ (to - from)
    let b = this.#seed[1]!
    let c = this.#seed[2]!
    let at = from
    for (; at + 4 <= to; at += 4) {
      const word = view.getUint32(at, true)
      a = Math.imul(a ^ word, 0x85ebca6b)
      a = (a << 13) | (a >>> 19)
      b = Math.imul(b + word, 0xc2b2ae35)
      b = (b << 17) | (b >>> 15)
      c = Math.imul(c ^ (word + a), 0x27d4eb2f)
      c = (c << 11) | (c >>> 21)
    }
    for (; at < to; at++) {
      const byte = view.getUint8(at)
      a = Math.imul(a ^ byte, 0x85ebca6b)
      b = Math.imul(b + byte, 0xc2b2ae35) ^ (b >>> 15)
      c = Math.imul(c ^ (byte + a), 0x27d4eb2f)
    }
    this.#hash[0] = finished(a ^ (b >>> 7))
    this.#hash[1] = finished(b ^ c)
    this.#hash[2] = finished(c ^ (a >>> 5))
  }
}

function finished(word: number): number {
  let x = word
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
