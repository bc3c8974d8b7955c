// Who writes to which series. A target that vanishes and comes back, or changes its interval or path in a reload, goes
// on with the same series without a gap; only one that stays away gets stale markers, when it would have been scraped.

import type { ScrapeSettings } from '@pharos/config'
import type { Clock, Timer } from '@pharos/base'
import type { Labels } from '@pharos/model'
import type { ScrapeLoop } from './scrape-loop.ts'
import type { Target } from './target.ts'
import { TargetWriter } from './target-writer.ts'
import type { WriterContext } from './writer-context.ts'

interface Place {
  readonly key: Labels
  readonly writer: TargetWriter
  /** Resolves when the loop that had it is through. */
  free: Promise<void>
  /** Set while nobody has it: ends its series. */
  ending: Timer | undefined
  /** The loop that left last; its last scrape may still be under way. */
  left: ScrapeLoop | undefined
}

export class TargetWriters {
  readonly #context: WriterContext
  readonly #clock: Clock
  /** By the key of the group in the store. */
  readonly #places = new Map<string, Place>()
  readonly #placeOf = new Map<TargetWriter, Place>()

  constructor(context: WriterContext, clock: Clock) {
    this.#context = context
    this.#clock = clock
  }

  /** The writer of a target, and when it may be used. */
  take(target: Target, settings: ScrapeSettings): { writer: TargetWriter; free: Promise<void> } {
    const taken = this.#places.get(target.labels.key)
    // Two targets with the same labels and other addresses write to groups of their own.
    const key = taken !== undefined && taken.ending === undefined ? target.all : target.labels
    const place = this.#places.get(key.key)
    if (place !== undefined && place.ending !== undefined) {
      place.ending.cancel()
      place.ending = undefined
      place.writer.reconfigure(settings)
      return { writer: place.writer, free: place.free }
    }
    const writer = new TargetWriter(this.#context, key, target.labels, settings)
    const free = Promise.resolve()
    const made: Place = { key, writer, free, ending: undefined, left: undefined }
    this.#places.set(key.key, made)
    this.#placeOf.set(writer, made)
    return { writer, free }
  }

  /**
   * A target has vanished. Its last scrape may finish; its series end when the next one would have been.
   * @param isMoved  another member of the cluster scrapes it: its series go on there, so nothing marks their end
   */
  retire(loop: ScrapeLoop, isMoved = false): void {
    const place = this.#placeOf.get(loop.writer)
    if (place === undefined) return
    place.left = loop
    place.free = loop.stop(false)
    const atMs = loop.nextScrapeMs()
    place.ending = this.#clock.after(atMs - this.#clock.now(), () => {
      void place.free.then(() => {
        if (place.ending === undefined) return
        if (isMoved) this.#forget(place)
        else this.#end(place, atMs)
      })
    })
  }

  /** Ends everything now, or lets go without markers. The loops have stopped. */
  async close(areMarked: boolean): Promise<void> {
    const now = this.#clock.now()
    const places = [...this.#places.values()]
    await Promise.all(places.map((place) => place.left?.stop(true) ?? place.free))
    for (const place of places) {
      place.ending?.cancel()
      if (areMarked) this.#end(place, now)
      else this.#forget(place)
    }
  }

  #end(place: Place, atMs: number): void {
    place.writer.end(atMs)
    this.#forget(place)
  }

  #forget(place: Place): void {
    place.writer.release()
    this.#places.delete(place.key.key)
    this.#placeOf.delete(place.writer)
  }
}
