// Where a series was put, found by the bytes of its labels as they stand in a message: a sender repeats them bit for bit.
// The bytes are kept, in the kernel's memory, and compared: two series never meet, whatever their hashes are. A message
// is unpacked beside them, so that the kernel walks it without a copy and without an object a series.
//
//   body ─(snappy)─► message ─(walk)─► entry, time, value │ entry, time, value │ …     entry ─► group and column

import { bug, OutsideError, type Random, snappyDecode, snappyLength } from '@pharos/base'
import type { Kernel } from '@pharos/kernel'
import {
  CACHED_LABEL_PAGES,
  CACHED_LABELS_BYTES,
  CACHED_SERIES,
  KERNEL_MESSAGE_BYTES,
} from './limits.ts'

const MIN_ENTRIES = 512
const ENTRY_BYTES = 16
const PAGE_BYTES = 1 << 20
const OUT_SAMPLES = 8192
const HEADER_WORDS = 10
/** Of the header; drawn in the kernel's assembly/write-walk.ts. */
const Header = {
  slots: 0,
  mask: 1,
  entries: 2,
  last: 3,
  seed: 4,
  outEntries: 5,
  outTimes: 6,
  outValues: 7,
  outMax: 8,
  outCount: 9,
} as const

export class SeriesCache {
  readonly #kernel: Kernel
  readonly #header: number
  readonly #outEntries: number
  readonly #outTimes: number
  readonly #outValues: number
  /** Labels that are looked for. */
  readonly #scratch: number
  #scratchLength = 0
  #slots = 0
  #entries = 0
  /** How many entries there is room for. */
  #room = 0
  #count = 0
  #pages: number[] = []
  #pageUsed = PAGE_BYTES
  /** Group and column by entry. */
  #places = new Int32Array(0)
  /** A body and the message in it, and how much fits there. */
  #body = 0
  #bodyRoom = 0
  #message = 0
  #messageRoom = 0
  /** What `find` found. */
  group = -1
  column = -1

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel
    const { memory } = kernel
    this.#header = memory.allocate(4 * HEADER_WORDS)
    this.#outEntries = memory.allocate(4 * OUT_SAMPLES)
    this.#outTimes = memory.allocate(8 * OUT_SAMPLES)
    this.#outValues = memory.allocate(8 * OUT_SAMPLES)
    this.#scratch = memory.allocate(CACHED_LABELS_BYTES)
    const [seed = 0] = new Uint32Array(random.bytes(4).slice().buffer)
    this.#set('seed', seed)
    this.#set('outEntries', this.#outEntries)
    this.#set('outTimes', this.#outTimes)
    this.#set('outValues', this.#outValues)
    this.#set('outMax', OUT_SAMPLES)
    this.#makeRoom(MIN_ENTRIES)
  }

  get size(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= CACHED_SERIES || this.#pages.length > CACHED_LABEL_PAGES
  }

  /** Looks labels up; `group` and `column` say where they are when it returns true. */
  find(bytes: Uint8Array, from: number, to: number): boolean {
    this.#scratchLength = to - from
    if (to - from > CACHED_LABELS_BYTES) return false
    const { memory } = this.#kernel
    memory.u8.set(bytes.subarray(from, to), this.#scratch)
    const entry = this.#kernel.labelsFind(this.#header, this.#scratch, this.#scratch + to - from)
    if (entry < 0) return false
    this.group = this.#places[2 * entry]!
    this.column = this.#places[2 * entry + 1]!
    return true
  }

  /** Remembers the labels that `find` has just not found. */
  add(group: number, column: number): void {
    const length = this.#scratchLength
    if (length > CACHED_LABELS_BYTES) return
    if (this.#count === this.#room) this.#makeRoom(this.#room * 2)
    const { memory } = this.#kernel
    if (this.#pageUsed + length > PAGE_BYTES) {
      this.#pages.push(memory.allocate(PAGE_BYTES))
      this.#pageUsed = 0
    }
    const at = this.#pages.at(-1)! + this.#pageUsed
    memory.u8.copyWithin(at, this.#scratch, this.#scratch + length)
    const entry = this.#count
    memory.u32.set([0, at, length], (this.#entries + ENTRY_BYTES * entry) >>> 2)
    memory.i32[((this.#entries + ENTRY_BYTES * entry) >>> 2) + 3] = -1
    // One that gets no slot is looked up each time; its entry is written over by the next.
    if (this.#kernel.labelsAdd(this.#header, entry) === 0) return
    this.#places[2 * entry] = group
    this.#places[2 * entry + 1] = column
    this.#count++
    this.#pageUsed += length
  }

  clear(): void {
    for (const page of this.#pages) this.#kernel.memory.free(page)
    this.#pages = []
    this.#pageUsed = PAGE_BYTES
    this.#count = 0
    this.#makeRoom(MIN_ENTRIES)
  }

  /**
   * Unpacks a body.
   * @returns how long the message is; undefined when it is too long for the kernel's memory
   * @throws OutsideError `snappy/corrupt`
   */
  unpack(body: Uint8Array): number | undefined {
    const length = snappyLength(body)
    if (length > KERNEL_MESSAGE_BYTES || body.length > KERNEL_MESSAGE_BYTES) return undefined
    // No element makes more than 64 bytes of 2: a claim beyond that is false and would only cost memory.
    if (length > body.length * 32) throw damage(body)
    if (body.length > this.#bodyRoom) {
      this.#bodyRoom = roomFor(body.length)
      this.#body = this.#moved(this.#body, this.#bodyRoom)
    }
    if (length > this.#messageRoom) {
      this.#messageRoom = roomFor(length)
      this.#message = this.#moved(this.#message, this.#messageRoom)
    }
    const { memory } = this.#kernel
    memory.u8.set(body, this.#body)
    const elements = this.#body + varintBytes(body)
    const to = this.#message + length
    if (this.#kernel.snappyDecode(elements, this.#body + body.length, this.#message, to) === 0) {
      throw damage(body)
    }
    return length
  }

  /** The unpacked message, as a copy. */
  message(length: number): Uint8Array<ArrayBuffer> {
    return this.#kernel.memory.u8.slice(this.#message, this.#message + length)
  }

  /**
   * Walks the unpacked message, and hands over the samples of series that are known.
   * @param at  where a field of the message begins
   * @returns `length`, or where a field begins that is to be read by other means
   */
  walk(
    at: number,
    length: number,
    take: (group: number, column: number, tMs: number, value: number) => void,
  ): number {
    const end = this.#message + length
    let from = this.#message + at
    for (;;) {
      this.#set('outCount', 0)
      const next = this.#kernel.writeWalk(from, end, this.#header)
      const { u32, i32, f64 } = this.#kernel.memory
      const count = u32[(this.#header >>> 2) + Header.outCount]!
      const [entries, times, values] = [
        this.#outEntries >>> 2,
        this.#outTimes >>> 3,
        this.#outValues >>> 3,
      ]
      const places = this.#places
      for (let i = 0; i < count; i++) {
        const place = 2 * i32[entries + i]!
        take(places[place]!, places[place + 1]!, f64[times + i]!, f64[values + i]!)
      }
      // It may have stopped only because there was no room for more.
      if (next === end || next === from || count < OUT_SAMPLES / 2) return next - this.#message
      from = next
    }
  }

  #set(field: keyof typeof Header, value: number): void {
    this.#kernel.memory.u32[(this.#header >>> 2) + Header[field]] = value
  }

  /** Makes a table of another size, with the entries that there are. */
  #makeRoom(entries: number): void {
    const { memory } = this.#kernel
    const moved = memory.allocate(ENTRY_BYTES * entries)
    memory.u8.copyWithin(moved, this.#entries, this.#entries + ENTRY_BYTES * this.#count)
    if (this.#entries > 0) memory.free(this.#entries)
    if (this.#slots > 0) memory.free(this.#slots)
    this.#entries = moved
    this.#room = entries
    // At most half of the slots are taken.
    this.#slots = memory.allocate(4 * 2 * entries)
    memory.i32.fill(-1, this.#slots >>> 2, (this.#slots >>> 2) + 2 * entries)
    this.#set('slots', this.#slots)
    this.#set('mask', 2 * entries - 1)
    this.#set('entries', this.#entries)
    this.#set('last', -1)
    for (let entry = 0; entry < this.#count; entry++) this.#kernel.labelsAdd(this.#header, entry)
    const places = new Int32Array(2 * entries)
    places.set(this.#places.subarray(0, 2 * this.#count))
    this.#places = places
  }

  #moved(at: number, bytes: number): number {
    if (at > 0) this.#kernel.memory.free(at)
    return this.#kernel.memory.allocate(bytes)
  }
}

function roomFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 65_536)))
}

function varintBytes(bytes: Uint8Array): number {
  let count = 1
  while (bytes[count - 1]! >= 0x80) count++
  return count
}

/** What is wrong with a body, in words. */
function damage(body: Uint8Array): OutsideError {
  try {
    snappyDecode(body, KERNEL_MESSAGE_BYTES)
  } catch (error) {
    if (error instanceof OutsideError) return error
    throw error
  }
  return bug('the kernel refuses a snappy block that is whole')
}
