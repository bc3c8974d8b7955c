import cluster, { type Worker } from 'node:cluster'
import { aggregators } from './aggregate.ts'
import { register } from './default-registry.ts'
import { Registry, type RegistryContentType } from './registry.ts'
import type { MetricLike, MetricObject } from './values.ts'

const REQUEST = 'prom-client:getMetricsReq'
const RESPONSE = 'prom-client:getMetricsRes'
const TIMEOUT_MS = 5000

interface Message {
  readonly type?: string
  readonly requestId?: number
  readonly metrics?: MetricObject[][]
  readonly error?: string
}

interface Pending {
  readonly answers: MetricObject[][]
  missing: number
  readonly resolve: (answers: MetricObject[][]) => void
  readonly reject: (error: Error) => void
}

/** What the processes of a cluster agreed on: which registries a worker answers with, and which requests wait. */
const shared = {
  registries: [register] as readonly Registry[],
  pending: new Map<number, Pending>(),
  isListening: false,
  lastId: 0,
}

/** prom-client's AggregatorRegistry: one page for all workers of a cluster. */
export class AggregatorRegistry<
  T extends RegistryContentType = RegistryContentType,
> extends Registry<T> {
  constructor(contentType?: RegistryContentType) {
    super(contentType)
    listen()
  }

  /**
   * Aggregates what workers told.
   * @throws Error when a metric asks for an aggregator that is none
   */
  static aggregate(
    all: readonly (readonly MetricObject[])[],
    contentType?: RegistryContentType,
  ): Registry {
    const registry = new Registry(contentType)
    const byName = new Map<string, MetricObject[]>()
    for (const metric of all.flat()) {
      const known = byName.get(metric.name)
      if (known === undefined) byName.set(metric.name, [metric])
      else known.push(metric)
    }
    for (const metrics of byName.values()) {
      const { aggregator } = metrics[0]!
      if (!Object.hasOwn(aggregators, aggregator)) {
        throw new Error(`'${aggregator}' is not a defined aggregator.`)
      }
      const one = aggregators[aggregator](metrics)
      if (one !== undefined) registry.registerMetric({ ...one, get: () => one } as MetricLike)
    }
    return registry
  }

  /** @throws TypeError when one of them is no registry */
  static setRegistries(registries: Registry | readonly Registry[]): void {
    const all = Array.isArray(registries)
      ? (registries as readonly Registry[])
      : [registries as Registry]
    for (const one of all) {
      if (!(one instanceof Registry)) throw new TypeError(`Expected Registry, got ${typeof one}`)
    }
    shared.registries = all
  }

  /**
   * The page of all workers; '' when there are none.
   * @throws Error when a worker fails, or does not answer within 5 s
   */
  async clusterMetrics(): Promise<string> {
    const workers = Object.values(cluster.workers ?? {}).filter(
      (worker): worker is Worker => worker?.isConnected() === true,
    )
    if (workers.length === 0) return ''
    const requestId = ++shared.lastId
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      const answers = await new Promise<MetricObject[][]>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error('Operation timed out.')), TIMEOUT_MS)
        shared.pending.set(requestId, { answers: [], missing: workers.length, resolve, reject })
        for (const worker of workers) worker.send({ type: REQUEST, requestId })
      })
      return await AggregatorRegistry.aggregate(answers, this.contentType).metrics()
    } finally {
      clearTimeout(timer)
      shared.pending.delete(requestId)
    }
  }
}

/** The primary listens for answers, a worker for questions; once in each process. */
function listen(): void {
  if (shared.isListening) return
  shared.isListening = true
  if (cluster.isPrimary) {
    cluster.on('message', (_worker, message: Message) => {
      const request = shared.pending.get(message?.requestId ?? 0)
      if (message?.type !== RESPONSE || request === undefined) return
      if (message.error !== undefined) return request.reject(new Error(message.error))
      request.answers.push(...(message.metrics ?? []))
      if (--request.missing === 0) request.resolve(request.answers)
    })
  } else {
    process.on('message', (message: Message) => {
      if (message?.type !== REQUEST) return
      const { requestId } = message
      Promise.all(shared.registries.map((one) => one.getMetricsAsJSON())).then(
        (metrics) => process.send?.({ type: RESPONSE, requestId, metrics }),
        (error: unknown) => process.send?.({ type: RESPONSE, requestId, error: String(error) }),
      )
    })
  }
}
