import type { Clock, Timer } from '../clock.ts'
import { nextTurn } from '../node/turn.ts'
import { sleepOn } from '../sleep.ts'

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly fire: () => void
  isCancelled: boolean
}

/** Where simulated time starts unless told otherwise: 2026-01-01T00:00:00Z. */
const START_MS = 1_767_225_600_000

/** Time that moves only when a test says so. Timers fire in the order of their times, equal ones as set. */
export class SimClock implements Clock {
  #monotonicMs = 0
  #wallOffsetMs: number
  #order = 0
  /** A binary heap, earliest first. */
  readonly #heap: Entry[] = []

  constructor(startMs: number = START_MS) {
    this.#wallOffsetMs = startMs
  }

  now(): number {
    return Math.floor(this.#wallOffsetMs + this.#monotonicMs)
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const atMs = this.#monotonicMs + Math.max(0, delayMs)
    const entry: Entry = { atMs, order: this.#order++, fire, isCancelled: false }
    push(this.#heap, entry)
    return {
      cancel: () => {
        entry.isCancelled = true
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn((ms, fire) => this.after(ms, fire), delayMs, signal)
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#heap.reduce((count, one) => (one.isCancelled ? count : count + 1), 0)
  }

  /** Moves time on, fires what falls due in order and lets promises settle after each timer. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs
    await nextTurn()
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.atMs > untilMs) break
      pop(this.#heap)
      if (next.isCancelled) continue
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs)
      next.fire()
      await nextTurn()
    }
    this.#monotonicMs = untilMs
  }

  /** Advances timer by timer until `isDone` holds. Returns false when `limitMs` passed before. */
  async advanceUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.#monotonicMs + limitMs
    await nextTurn()
    while (!isDone()) {
      const next = this.#heap[0]
      if (next === undefined || next.atMs > untilMs) {
        await this.advance(untilMs - this.#monotonicMs)
        return isDone()
      }
      await this.advance(Math.max(0, next.atMs - this.#monotonicMs))
    }
    return true
  }

  /** The wall clock jumps, as after a time correction; monotonic time and timers do not notice. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function push(heap: Entry[], entry: Entry): void {
  let i = heap.length
  heap.push(entry)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!isBefore(entry, heap[parent]!)) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
}
