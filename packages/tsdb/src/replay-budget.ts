// Keeps a start within its memory. What the log brings back is sealed into segments while the log is read when memory gets
// scarce. A start that finds that the one before it died on its way is a rescue start: it seals early and often, and what is
// over the limit even then is set aside, newest first.
//
//   data/replaying   JSON {"attempts": 1, "firstSegment": 17}: stands while a log is read. Segments from that number on are of a
//                    start that did not end; the log has all of their rows, so the next start removes them.

import { type Disk, type Logger, messageOf } from '@pharos/base'
import type { Head } from './head/head.ts'
import type { Segments } from './head/segments.ts'
import { REPLAY_STEP_BYTES } from './limits.ts'
import type { MemoryBudget } from './tsdb-options.ts'

/** From this share of the limit on full tiles are sealed, and from this one on all of them. */
const SEAL_SHARE = 0.6
const TIGHT_SHARE = 0.8

interface ReplayMarker {
  /** Starts that did not end, one after the other. */
  readonly attempts: number
  readonly firstSegment: number
}

interface ReplayBudgetContext {
  /** The data directory. */
  readonly path: string
  readonly disk: Disk
  readonly log: Logger
  readonly head: Head
  readonly segments: Segments
  readonly memory: MemoryBudget | undefined
  /** What the start before left behind when it did not end. */
  readonly left: ReplayMarker | undefined
}

export class ReplayBudget {
  readonly #context: ReplayBudgetContext
  readonly #attempts: number
  #isMarked: boolean
  #hasSealed = false
  #isEnded = false
  #bytes = 0

  constructor(context: ReplayBudgetContext) {
    this.#context = context
    this.#attempts = context.left?.attempts ?? 0
    this.#isMarked = context.left !== undefined
  }

  /** Bytes of the log between two looks at the memory. */
  get stepBytes(): number {
    return this.#context.memory?.replayStepBytes ?? REPLAY_STEP_BYTES
  }

  /** @param logBytes  the whole log: a small one needs no care */
  async begin(logBytes: number): Promise<void> {
    const { log, segments, left } = this.#context
    if (this.#attempts > 0) {
      log.warn('the start before did not end; this one reads the log with little memory', {
        attempts: this.#attempts,
        logBytes,
      })
    }
    if (logBytes < this.stepBytes) return
    const firstSegment = left?.firstSegment ?? segments.nextNumber
    const marker: ReplayMarker = { attempts: this.#attempts + 1, firstSegment }
    try {
      await this.#context.disk.writeFileAtomic(
        markerPath(this.#context.path),
        new TextEncoder().encode(`${JSON.stringify(marker)}\n`),
      )
      this.#isMarked = true
    } catch (error) {
      // A full disk: nothing can be sealed on it either.
      log.warn('the start cannot be marked; it takes the memory that it takes', {
        err: messageOf(error),
      })
    }
  }

  /**
   * To be called after some bytes of the log were read.
   * @returns whether more can be read; false: everything so far is in segments, and there is no memory for more
   */
  async took(bytes: number): Promise<boolean> {
    this.#bytes += bytes
    if (this.#bytes < this.stepBytes) return true
    this.#bytes = 0
    if (!this.#isMarked) return true
    const { memory } = this.#context
    const limitBytes = memory?.limitBytes ?? Infinity
    const used = memory?.usedBytes() ?? 0
    const isRescue = this.#attempts > 0
    if (isRescue || used > limitBytes * TIGHT_SHARE) this.#closeTiles()
    else if (used <= limitBytes * SEAL_SHARE) return true
    if (!(await this.#seal()) || !isRescue) return true
    // Each further attempt after the second makes do with half.
    const share = 1 / 2 ** Math.max(0, this.#attempts - 2)
    if (memory === undefined || memory.usedBytes() <= limitBytes * share) return true
    return !(await this.settle())
  }

  /** The log has been read. */
  end(): void {
    this.#isEnded = true
    if (this.#hasSealed) this.#closeTiles()
  }

  /**
   * Makes the start final: what was read is in segments, and the mark is gone. Before that neither a file of the log nor a
   * segment may be given up.
   * @returns whether it is; never rejects, the next round of upkeep tries again
   */
  async settle(): Promise<boolean> {
    if (!this.#isMarked) return true
    if (this.#hasSealed && !this.#isEnded) this.#closeTiles()
    if (this.#hasSealed && !(await this.#seal())) return false
    const { disk, log, path } = this.#context
    try {
      // What the start before had written must not come back without its mark.
      await disk.syncDirectory(`${path}/head`)
      if ((await disk.stat(markerPath(path))) !== undefined) await disk.remove(markerPath(path))
      await disk.syncDirectory(path)
    } catch (error) {
      log.warn('mark of the start stays for now', { err: messageOf(error) })
      return false
    }
    this.#isMarked = false
    return true
  }

  #closeTiles(): void {
    const { head } = this.#context
    for (const group of head.groups) {
      head.closeTile(group)
      head.closeLate(group)
    }
  }

  async #seal(): Promise<boolean> {
    try {
      this.#hasSealed = true
      await this.#context.segments.seal()
      return true
    } catch (error) {
      this.#context.log.warn('rows of the log stay in memory for now', { err: messageOf(error) })
      return false
    }
  }
}

/** What a start that did not end left behind; undefined when the last one ended. */
export async function readReplayMarker(
  path: string,
  disk: Disk,
  log: Logger,
): Promise<ReplayMarker | undefined> {
  if ((await disk.stat(markerPath(path))) === undefined) return undefined
  try {
    const text = new TextDecoder().decode(await disk.readFile(markerPath(path), 4096))
    const { attempts, firstSegment } = JSON.parse(text) as Partial<ReplayMarker>
    if (Number.isSafeInteger(attempts) && Number.isSafeInteger(firstSegment)) {
      return { attempts: attempts!, firstSegment: firstSegment! }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  // It is written aside and renamed: nobody but a stranger leaves half of one. No segment is of an unfinished start then.
  log.warn('mark of a start makes no sense', { file: markerPath(path) })
  return { attempts: 1, firstSegment: Number.MAX_SAFE_INTEGER }
}

function markerPath(path: string): string {
  return `${path}/replaying`
}
