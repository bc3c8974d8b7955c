// From metrics to a page. Collect callbacks run first, side by side, each with a time limit; then families are
// written one after the other in slices of a few ms, so that a page of megabytes does not stop the service.

import type { Format } from './format.ts'
import type { Collector } from './metric.ts'
import { writeProtobuf } from './protobuf.ts'
import { PageWriter } from './page-writer.ts'

export interface ExpositionOptions {
  /** Default: the classic text format. */
  readonly format?: Format
  /** Only families with these names. Default: all. */
  readonly names?: readonly string[]
  /**
   * What a `collect` callback that throws or takes too long does: `continue` leaves its family out and counts it
   * in `pharos_client_collect_errors_total`, `throw` gives no page at all. Default `continue`.
   */
  readonly onCollectError?: 'continue' | 'throw'
  /** How long a `collect` callback may take, ms. Default 5000. */
  readonly collectTimeoutMs?: number
}

/** A slice of work takes about this long; then the event loop turns. */
const SLICE_MS = 3
const COLLECT_TIMEOUT_MS = 5000
/** Text is handed on in portions of about this size. */
const PORTION_BYTES = 64 * 1024

type Bytes = Uint8Array<ArrayBuffer>

/** Runs collect callbacks and remembers which of them have not come back yet. */
export class Collecting {
  readonly #hanging = new Map<Collector, Promise<void>>()
  readonly #errors = new Map<string, number>()

  /** How often a callback failed, by metric and reason. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors
  }

  /**
   * The metrics whose values are up to date.
   * @throws what a callback threw, or that it took too long, when `options` want that
   */
  async run(metrics: readonly Collector[], options: ExpositionOptions): Promise<Collector[]> {
    const timeoutMs = options.collectTimeoutMs ?? COLLECT_TIMEOUT_MS
    const results: (true | Promise<boolean>)[] = metrics.map((metric) => {
      try {
        // One that still hangs from an earlier page is waited for, not started a second time.
        const pending = this.#hanging.get(metric) ?? metric.collect()
        if (pending === undefined) return true
        return this.#bounded(metric, pending, timeoutMs).catch((error: unknown) =>
          this.failed(metric, error, options),
        )
      } catch (error) {
        return Promise.resolve().then(() => this.failed(metric, error, options))
      }
    })
    if (results.every((one) => one === true)) return [...metrics]
    const isFresh = await Promise.all(results.map((one) => Promise.resolve(one)))
    return metrics.filter((_, i) => isFresh[i])
  }

  async #bounded(metric: Collector, pending: Promise<void>, timeoutMs: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      const message = `${metric.name}: collecting took longer than ${timeoutMs} ms`
      timer = setTimeout(() => reject(new CollectTimeout(message)), timeoutMs)
    })
    this.#hanging.set(metric, pending)
    const forget = (): void => {
      if (this.#hanging.get(metric) === pending) this.#hanging.delete(metric)
    }
    const settled = pending.then(forget, (error: unknown) => {
      forget()
      throw error
    })
    try {
      await Promise.race([settled, late])
      return true
    } finally {
      clearTimeout(timer)
    }
  }

  /** Counts a failure. @throws the error when `options` want that */
  failed(metric: Collector, error: unknown, options: ExpositionOptions): false {
    const reason = error instanceof CollectTimeout ? 'timeout' : 'threw'
    const key = `${metric.name}\0${reason}`
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1)
    if (options.onCollectError === 'throw') throw error
    return false
  }
}

class CollectTimeout extends Error {
  override readonly name = 'CollectTimeout'
}

/**
 * The page in portions; between them the event loop turns when a slice of work is over.
 * @param onError  told when a family cannot be written; the page goes on behind it
 */
export async function* page(
  metrics: readonly Collector[],
  format: Format,
  onError: (metric: Collector, error: unknown) => void,
): AsyncGenerator<Bytes> {
  const out = new PageWriter()
  let sliceStart = performance.now()
  for (const metric of metrics) {
    const steps = guarded(metric, format, out, onError)
    while (steps.next().done !== true) {
      if (out.length >= PORTION_BYTES) yield out.take()
      if (performance.now() - sliceStart >= SLICE_MS) {
        await turn()
        sliceStart = performance.now()
      }
    }
  }
  if (format.kind === 'openmetrics') out.text('# EOF\n')
  if (out.length > 0) yield out.take()
}

/** A page of text in one string. @throws TypeError when the format is protobuf */
export async function pageText(
  portions: AsyncIterable<Bytes>,
  format: Format | undefined,
): Promise<string> {
  if (format?.kind === 'protobuf' && format.version === 'delimited')
    throw new TypeError('protobuf is bytes, not text')
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  // No portion ends within a character.
  for await (const portion of portions) text += decoder.decode(portion)
  return text
}

function* guarded(
  metric: Collector,
  format: Format,
  out: PageWriter,
  onError: (metric: Collector, error: unknown) => void,
): Generator<undefined> {
  try {
    yield* stepsOf(metric, format, out)
  } catch (error) {
    onError(metric, error)
  }
}

/** Writes one family of any kind in any format. */
function stepsOf(metric: Collector, format: Format, out: PageWriter): Iterable<undefined> {
  return format.kind === 'protobuf'
    ? writeProtobuf(out, metric, metric.series(), format)
    : metric.write(out, format)
}

/** Lets everything else that waits run first. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}
