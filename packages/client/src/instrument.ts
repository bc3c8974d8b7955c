// Measuring a function without touching it.

interface Observer {
  observe(value: number): void
}
interface Countable {
  inc(by?: number): void
}
interface UpAndDown extends Countable {
  dec(by?: number): void
}

/** Runs `work` and observes its seconds, also when it throws or rejects. */
export function timed<T>(observer: Observer, work: () => T): T {
  const start = performance.now()
  return afterwards(work, () => observer.observe((performance.now() - start) / 1000))
}

/** Runs `work` and counts it when it throws or rejects; the error goes on to the caller. */
export function countExceptions<T>(counter: Countable, work: () => T): T {
  return afterwards(work, (hasFailed) => {
    if (hasFailed) counter.inc()
  })
}

/** Runs `work`; the gauge is one higher until it is done. */
export function inProgress<T>(gauge: UpAndDown, work: () => T): T {
  gauge.inc()
  return afterwards(work, () => gauge.dec())
}

/** The result as it is; `finish` is called when it is there, for a promise when that settles. */
function afterwards<T>(work: () => T, finish: (hasFailed: boolean) => void): T {
  let result: T
  try {
    result = work()
  } catch (error) {
    finish(true)
    throw error
  }
  if (result instanceof Promise) {
    return result.then(
      (value: unknown) => {
        finish(false)
        return value
      },
      (error: unknown) => {
        finish(true)
        throw error
      },
    ) as T
  }
  finish(false)
  return result
}
