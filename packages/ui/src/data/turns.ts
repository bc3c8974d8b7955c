// Work that takes long altogether, piece by piece: the page answers and paints between two pieces.

export interface Turns {
  /** Runs `work` when it is its turn, in the order of asking. */
  take(work: () => void): void
}

/**
 * Pieces that are done within it share a task, ms: with the last of them it stays near the 50 that nobody notices. After each
 * task the browser paints, which costs as much as a piece.
 */
const TASK_MS = 40

/**
 * @param asTask  runs its argument in a task of its own
 * @param nowMs  for measuring only
 */
export function createTurns(asTask: (work: () => void) => void, nowMs: () => number): Turns {
  const waiting: (() => void)[] = []
  let isDue = false
  const run = () => {
    const startMs = nowMs()
    isDue = false
    try {
      do waiting.shift()?.()
      while (waiting.length > 0 && nowMs() - startMs < TASK_MS)
    } finally {
      if (waiting.length > 0) call()
    }
  }
  const call = () => {
    if (isDue) return
    isDue = true
    asTask(run)
  }
  return {
    take(work) {
      waiting.push(work)
      call()
    },
  }
}
