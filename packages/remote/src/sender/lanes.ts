// The order in which batches go out. Series are spread over lanes by their hash, a lane sends one batch at a time, so
// the samples of a series arrive in order. How many lanes there are changes with the load: batches of one number of
// lanes make a stage, and a stage begins when the one before it is done.
import type { SampleBatch } from './sample-batch.ts'
import type { QueuePlace } from './disk-queue.ts'

/** A batch on its way. */
export interface QueuedBatch {
  readonly stage: number
  readonly lane: number
  readonly samples: number
  readonly minMs: number
  readonly maxMs: number
  /** Undefined when it was read back: `body` is there then. */
  readonly batch: SampleBatch | undefined
  /** Remote write 1.0, compressed. */
  readonly body: Uint8Array | undefined
  /** Of its record on disk. */
  readonly place: QueuePlace | undefined
  /** A process before this one may have sent some of it. */
  readonly mayRepeat: boolean
}

interface Stage {
  readonly number: number
  readonly lanes: Map<number, QueuedBatch[]>
  /** Queued or being sent. */
  count: number
}

export class Lanes {
  readonly #send: (batch: QueuedBatch) => Promise<void>
  readonly #failed: (error: unknown) => void
  readonly #hasRoom: () => void
  #stages: Stage[] = []
  /** Lanes of the first stage that have a batch under way. */
  readonly #busy = new Set<number>()
  /** Samples queued or being sent. */
  samples = 0

  /**
   * @param send  resolves when the batch is dealt with, whatever became of it
   * @param hasRoom  called when there is room for more
   */
  constructor(
    send: (batch: QueuedBatch) => Promise<void>,
    failed: (error: unknown) => void,
    hasRoom: () => void,
  ) {
    this.#send = send
    this.#failed = failed
    this.#hasRoom = hasRoom
  }

  /** Stages must not descend. */
  add(batch: QueuedBatch): void {
    let stage = this.#stages.at(-1)
    if (stage === undefined || stage.number !== batch.stage) {
      stage = { number: batch.stage, lanes: new Map(), count: 0 }
      this.#stages.push(stage)
    }
    const lane = stage.lanes.get(batch.lane)
    if (lane === undefined) stage.lanes.set(batch.lane, [batch])
    else lane.push(batch)
    stage.count++
    this.samples += batch.samples
    if (stage === this.#stages[0]) this.#start(batch.lane)
  }

  /** Everything queued or being sent, oldest stage first. */
  *all(): Generator<QueuedBatch> {
    for (const stage of this.#stages) for (const lane of stage.lanes.values()) yield* lane
  }

  /** Takes everything out, what is being sent too, and sends no more of it. */
  take(): QueuedBatch[] {
    const taken = [...this.all()]
    this.#stages = []
    this.samples = 0
    return taken
  }

  #start(lane: number): void {
    if (this.#busy.has(lane)) return
    const batch = this.#stages[0]?.lanes.get(lane)?.[0]
    if (batch === undefined) return
    this.#busy.add(lane)
    this.#send(batch)
      .catch(this.#failed)
      .finally(() => this.#finished(batch))
  }

  #finished(batch: QueuedBatch): void {
    this.#busy.delete(batch.lane)
    const [stage] = this.#stages
    const lane = stage?.lanes.get(batch.lane)
    // It was taken out meanwhile.
    if (stage === undefined || lane?.[0] !== batch) return
    lane.shift()
    stage.count--
    this.samples -= batch.samples
    if (stage.count > 0) this.#start(batch.lane)
    else this.#next()
    this.#hasRoom()
  }

  /** Goes on to the next stage when the first is done. */
  #next(): void {
    while (this.#stages.length > 0 && this.#stages[0]!.count === 0) this.#stages.shift()
    for (const lane of this.#stages[0]?.lanes.keys() ?? []) this.#start(lane)
  }
}
