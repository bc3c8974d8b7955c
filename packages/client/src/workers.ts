// One page for a service of several processes or threads. Workers report what they counted, on request and once
// in a while by themselves; what a worker reported last outlives it.
import cluster from 'node:cluster'
import { isMainThread, parentPort } from 'node:worker_threads'
import { aggregated, cumulative } from './aggregate.ts'
import { type ExpositionOptions, page, pageText } from './exposition.ts'
import { FixedFamily } from './fixed-family.ts'
import { TEXT } from './format.ts'
import type { Registry } from './registry.ts'
import { type FamilySnapshot, snapshotOf } from './snapshot.ts'

const REQUEST = 'pharos:metrics:request'
const REPORT = 'pharos:metrics:report'
const REPORT_INTERVAL_MS = 1000
const ANSWER_TIMEOUT_MS = 1000

interface Message {
  readonly type?: unknown
  readonly id?: unknown
  readonly body?: unknown
}

/** A worker thread, a child process or a worker of `node:cluster`. */
export interface AnyWorker {
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  /** Of a thread. */
  postMessage?(message: unknown): void
  /** Of a process. */
  send?(message: Record<string, unknown>): unknown
}

export interface WorkerAggregatorOptions {
  /** Metrics of the primary itself, which are on the page too. */
  readonly registry?: Registry
  /** How long a worker may take to answer; then its last report counts. Default 1000. */
  readonly timeoutMs?: number
}

interface Attached {
  readonly worker: AnyWorker
  last: readonly FamilySnapshot[]
  /** Woken by a report that answers the request of this number. */
  readonly waiting: Map<number, () => void>
}

/** Lives in the primary. */
export class WorkerAggregator {
  readonly #registry: Registry | undefined
  readonly #timeoutMs: number
  readonly #workers = new Set<Attached>()
  /** What workers that are gone had counted. */
  #gone: readonly FamilySnapshot[] = []
  #lastId = 0

  constructor(options: WorkerAggregatorOptions = {}) {
    this.#registry = options.registry
    this.#timeoutMs = options.timeoutMs ?? ANSWER_TIMEOUT_MS
  }

  /** Takes in all workers of the cluster, those to come too. */
  attachCluster(): void {
    for (const worker of Object.values(cluster.workers ?? {})) if (worker) this.attach(worker)
    cluster.on('fork', (worker) => this.attach(worker))
  }

  attach(worker: AnyWorker): void {
    const attached: Attached = { worker, last: [], waiting: new Map() }
    this.#workers.add(attached)
    worker.on('message', (message) => {
      const { type, id, body } = (message ?? {}) as Message
      if (type !== REPORT || typeof body !== 'string') return
      attached.last = decoded(body)
      if (typeof id === 'number') attached.waiting.get(id)?.()
    })
    worker.on('exit', () => {
      if (!this.#workers.delete(attached)) return
      this.#gone = aggregated([this.#gone, cumulative(attached.last)])
      for (const wake of attached.waiting.values()) wake()
    })
  }

  /** All families, summed over the workers, those that are gone and the primary. */
  async families(options: ExpositionOptions = {}): Promise<FamilySnapshot[]> {
    const id = ++this.#lastId
    await Promise.all([...this.#workers].map((one) => this.#answer(one, id)))
    const own = (await this.#registry?.collected(options)) ?? []
    const reports = [...this.#workers].map(({ last }) => last)
    const { names = [] } = options
    return aggregated([own.map(snapshotOf), ...reports, this.#gone]).filter(
      (one) => names.length === 0 || names.includes(one.name),
    )
  }

  /** The page as text. @throws TypeError for protobuf */
  metrics(options: ExpositionOptions = {}): Promise<string> {
    return pageText(this.portions(options), options.format)
  }

  /** The page in portions, for `metricsHandler`. */
  async *portions(options: ExpositionOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const families = await this.families(options)
    const metrics = families.map((family) => new FixedFamily(family, () => family.series))
    yield* page(metrics, options.format ?? TEXT, (_metric, error) => {
      throw error
    })
  }

  /** Resolves when the worker has reported, is gone, or took too long. */
  #answer({ worker, waiting }: Attached, id: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(), this.#timeoutMs)
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(id)
        resolve()
      }
      waiting.set(id, done)
      sendTo(worker, { type: REQUEST, id })
    })
  }
}

/**
 * Called in a worker: reports its registry to the primary when that asks, and every `intervalMs`, so that little
 * is lost when the worker dies. Does not keep a process alive; a thread stays until `stop` is called.
 * @throws Error in a process that has no primary
 */
export function reportToPrimary(
  registry: Registry,
  intervalMs: number = REPORT_INTERVAL_MS,
): { report(): Promise<void>; stop(): void } {
  const primary = primaryPort()
  const report = async (id?: number): Promise<void> => {
    const families = (await registry.collected()).map(snapshotOf)
    primary.send({ type: REPORT, id, body: encoded(families) })
  }
  const onMessage = (message: unknown): void => {
    const { type, id } = (message ?? {}) as Message
    // A failed report is an answer that does not come; the primary then takes the one before.
    if (type === REQUEST && typeof id === 'number') report(id).catch(() => undefined)
  }
  primary.listen(onMessage)
  const timer = setInterval(() => void report().catch(() => undefined), intervalMs)
  timer.unref()
  return {
    report,
    stop() {
      clearInterval(timer)
      primary.ignore(onMessage)
    },
  }
}

interface PrimaryPort {
  send(message: Record<string, unknown>): void
  listen(listener: (message: unknown) => void): unknown
  ignore(listener: (message: unknown) => void): unknown
}

function primaryPort(): PrimaryPort {
  if (!isMainThread && parentPort !== null) {
    const port = parentPort
    return {
      send: (message) => port.postMessage(message),
      // Taking back the hold that this has on the thread would take back that of its other listeners too.
      listen: (listener) => port.on('message', listener),
      ignore: (listener) => port.off('message', listener),
    }
  }
  if (process.send === undefined) throw new Error('this process has no primary to report to')
  return {
    send: (message) => process.connected && process.send!(message),
    listen: (listener) => {
      process.on('message', listener)
      // Each listener holds the process by one count; this one gives its own back and no other's.
      const channel = process.channel as { unrefCounted?(): void } | undefined
      channel?.unrefCounted?.()
    },
    ignore: (listener) => process.off('message', listener),
  }
}

function sendTo(worker: AnyWorker, message: Record<string, unknown>): void {
  if (worker.postMessage !== undefined) worker.postMessage(message)
  else worker.send?.(message)
}

/** JSON knows no NaN and no infinity; messages between processes are JSON. */
function encoded(families: readonly FamilySnapshot[]): string {
  return JSON.stringify(families, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  )
}

function decoded(body: string): FamilySnapshot[] {
  return JSON.parse(body, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'number' in value ? Number(value.number) : value,
  ) as FamilySnapshot[] // Only `encoded` writes such messages.
}
