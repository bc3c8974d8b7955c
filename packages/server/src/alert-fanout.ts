// Whom the rules tell: the alert manager in this process, and those that the configuration names.
import { messageOf, OutsideError, type Logger } from '@pharos/base'
import { Counter, Gauge, type Registry } from '@pharos/client'
import { type Alert, Labels, type Notifier } from '@pharos/model'
import type { ExternalAlertmanagers } from './external-alertmanagers.ts'

export class AlertFanout implements Notifier {
  readonly #embedded: Notifier | undefined
  readonly #external: ExternalAlertmanagers
  readonly #log: Logger
  readonly #tellOthers: (alerts: readonly Alert[]) => Promise<void> | undefined
  #externalLabels = Labels.EMPTY

  /** @param tellOthers  the other members of the cluster; never rejects */
  constructor(
    embedded: Notifier | undefined,
    external: ExternalAlertmanagers,
    log: Logger,
    tellOthers: (alerts: readonly Alert[]) => Promise<void> | undefined,
  ) {
    this.#tellOthers = tellOthers
    this.#embedded = embedded
    this.#external = external
    this.#log = log
  }

  /** Labels that every alert gets which it does not have. */
  useLabels(labels: Labels): void {
    this.#externalLabels = labels
  }

  async send(alerts: readonly Alert[]): Promise<void> {
    const labelled = this.#external.relabelled(
      this.#externalLabels.size === 0
        ? alerts
        : alerts.map((alert) => ({
            ...alert,
            labels: Labels.of([...this.#externalLabels, ...alert.labels]),
          })),
    )
    await Promise.all([this.#external.send(labelled), this.#tellOthers(labelled)])
    try {
      await this.#embedded?.send(labelled)
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#log.error('the alert manager did not take alerts', { err: messageOf(error) })
    }
  }
}

/** prometheus_notifications_* under the reference's names. */
export function addNotifierMetrics(registry: Registry, external: ExternalAlertmanagers): void {
  const registers = [registry]
  const counters: readonly (readonly [string, string, 'sent' | 'errors' | 'dropped'])[] = [
    ['sent_total', 'Total number of alerts sent.', 'sent'],
    ['errors_total', 'Total number of sent alerts affected by errors.', 'errors'],
    ['dropped_total', 'Total number of alerts dropped.', 'dropped'],
  ]
  for (const [name, help, field] of counters)
    new Counter({
      name: `prometheus_notifications_${name}`,
      help,
      labelNames: ['alertmanager'],
      registers,
      collect: (metric) => {
        metric.reset()
        for (const sender of external.senders())
          for (const [alertmanager, stats] of sender.stats())
            metric.setTotal({ alertmanager }, stats[field])
      },
    })
  new Gauge({
    name: 'prometheus_notifications_alertmanagers_discovered',
    help: 'The number of alertmanagers discovered and active.',
    registers,
    collect: (metric) => metric.set(external.active.length),
  })
  new Gauge({
    name: 'prometheus_notifications_queue_length',
    help: 'The number of alert notifications in the queue.',
    registers,
    collect: (metric) =>
      metric.set(external.senders().reduce((sum, one) => sum + one.queueLength, 0)),
  })
}
