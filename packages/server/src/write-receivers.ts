// What remote write and OTLP hand their bodies to, and what is said of it on /metrics.
import { Counter, type Registry } from '@pharos/client'
import { WriteReceiver, type WriteReceiverStats } from '@pharos/remote'
import type { RunningServer } from './running-server.ts'

/** One receiver for all ways in, made when the store is open. */
export class WriteReceivers {
  readonly #server: RunningServer
  #receiver: WriteReceiver | undefined

  constructor(server: RunningServer) {
    this.#server = server
  }

  get receiver(): WriteReceiver {
    if (this.#receiver !== undefined) return this.#receiver
    const { flags, world } = this.#server.settings
    const { clock, random, log } = world
    const { appender, kernel, observations } = this.#server.parts
    this.#receiver = new WriteReceiver({
      appender,
      clock,
      random,
      kernel,
      log: log.component('remote-write'),
      isSynced: flags.text('storage.tsdb.wal-sync') === 'always',
      otlp: () => this.#server.config.otlp,
    })
    addCounters(observations.registry, this.#receiver.stats)
    return this.#receiver
  }
}

function addCounters(registry: Registry, stats: WriteReceiverStats): void {
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect: (metric) => {
        metric.setTotal(read())
      },
    })
  }
  counter(
    'prometheus_api_remote_write_invalid_labels_samples_total',
    'Series of remote write that were passed over because of their labels.',
    () => stats.invalidLabels,
  )
  counter('pharos_remote_write_requests_total', 'Requests of remote write.', () => stats.requests)
  counter(
    'pharos_remote_write_failures_total',
    'Requests of remote write that were not taken whole.',
    () => stats.failures,
  )
  new Counter({
    name: 'pharos_remote_write_samples_total',
    help: 'Samples that came by remote write, by what became of them.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: (metric) => {
      metric.setTotal({ outcome: 'stored' }, stats.samples + stats.histograms)
      metric.setTotal({ outcome: 'repeated' }, stats.repeated)
      metric.setTotal({ outcome: 'out_of_order' }, stats.outOfOrder)
      metric.setTotal({ outcome: 'out_of_bounds' }, stats.outOfBounds)
      metric.setTotal({ outcome: 'duplicate' }, stats.duplicates)
    },
  })
  counter(
    'pharos_remote_write_series_refused_total',
    'Series of remote write that the budget of series or a limit refused.',
    () => stats.seriesRefused,
  )
}
