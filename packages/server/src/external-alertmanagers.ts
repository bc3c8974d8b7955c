// `alerting` of prometheus.yml: other alert managers, found as targets are, and told of every alert.
import { AlertSender } from '@pharos/alertmanager'
import { background, type World } from '@pharos/base'
import { type AlertingSettings, type AlertmanagerTargets, relabel } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import { type Alert, Labels, LabelsBuilder, type Notifier, type TargetGroup } from '@pharos/model'
import { discoverersOf } from './discoverers.ts'
import type { FlagReader } from './flag-reader.ts'
import { VERSION } from './version.ts'

interface ExternalOptions {
  readonly world: World
  readonly flags: FlagReader
}

/** Where one section's alert managers are, and the way there. */
interface Section {
  readonly settings: AlertmanagerTargets
  readonly sender: AlertSender
  /** By discoverer, then by source. */
  readonly groups: Map<number, Map<string, TargetGroup>>
  active: readonly string[]
  dropped: readonly string[]
}

export class ExternalAlertmanagers implements Notifier {
  readonly #options: ExternalOptions
  #sections: Section[] = []
  #alertRules: AlertingSettings['alertRelabelRules'] = []
  #stopping = new AbortController()

  constructor(options: ExternalOptions) {
    this.#options = options
  }

  /** URLs that alerts go to, and those that relabelling dropped. */
  get active(): readonly string[] {
    return this.#sections.flatMap((one) => one.active)
  }

  get dropped(): readonly string[] {
    return this.#sections.flatMap((one) => one.dropped)
  }

  senders(): readonly AlertSender[] {
    return this.#sections.map((one) => one.sender)
  }

  async apply(alerting: AlertingSettings): Promise<void> {
    this.#stopping.abort()
    this.#stopping = new AbortController()
    const before = this.#sections
    this.#alertRules = alerting.alertRelabelRules
    this.#sections = alerting.alertmanagers.map((settings) => this.#section(settings))
    for (const section of this.#sections) this.#discover(section)
    await Promise.all(before.map((one) => one.sender.close(false)))
  }

  /** As `alert_relabel_configs` has them for everybody. */
  relabelled(alerts: readonly Alert[]): readonly Alert[] {
    return relabelled(alerts, this.#alertRules)
  }

  /** @param alerts  already relabelled for everybody */
  async send(alerts: readonly Alert[]): Promise<void> {
    for (const { settings, sender } of this.#sections)
      await sender.send(relabelled(alerts, settings.alertRelabelRules))
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    const drains = this.#options.flags.bool('alertmanager.drain-notification-queue-on-shutdown')
    await Promise.all(this.#sections.map((one) => one.sender.close(drains)))
  }

  #section(settings: AlertmanagerTargets): Section {
    const { world, flags } = this.#options
    const { clock, net, disk, log } = world
    const client = createHttpClient({ net, clock }, { settings: settings.job.http, disk })
    const section: Section = {
      settings,
      sender: new AlertSender({
        clock,
        log: log.component('notifier'),
        client,
        userAgent: `Pharos/${VERSION}`,
        timeoutMs: settings.timeoutMs,
        capacity: flags.number('alertmanager.notification-queue-capacity'),
        batchSize: flags.number('alertmanager.notification-batch-size'),
        urls: () => section.active,
      }),
      groups: new Map(),
      active: [],
      dropped: [],
    }
    return section
  }

  #discover(section: Section): void {
    const { world } = this.#options
    discoverersOf(section.settings.job, world).forEach((discoverer, i) => {
      const found = (groups: readonly TargetGroup[]): void => {
        const known = section.groups.get(i) ?? new Map<string, TargetGroup>()
        section.groups.set(i, known)
        for (const group of groups) {
          if (group.targets.length === 0) known.delete(group.source)
          else known.set(group.source, group)
        }
        place(section)
      }
      const running = discoverer.run(found, this.#stopping.signal)
      background('discovery of alert managers', running, world.log)
    })
  }
}

/** Where the targets of a section are, after relabelling. */
function place(section: Section): void {
  const active = new Set<string>()
  const dropped: string[] = []
  const { job, pathPrefix } = section.settings
  const path = `${pathPrefix.replace(/\/+$/, '')}/api/v2/alerts`
  for (const groups of section.groups.values()) {
    for (const group of groups.values()) {
      for (const target of group.targets) {
        const labels = new LabelsBuilder(group.labels)
        for (const [name, value] of target) labels.set(name, value)
        labels.set('__scheme__', target.get('__scheme__') || job.scheme)
        labels.set('__alerts_path__', target.get('__alerts_path__') || path)
        const before = labels.labels()
        const after = relabel(before, job.relabelRules)
        if (after === undefined || after.get('__address__') === '') dropped.push(urlOf(before))
        else active.add(urlOf(after))
      }
    }
  }
  section.active = [...active]
  section.dropped = dropped
}

function urlOf(labels: Labels): string {
  const path = labels.get('__alerts_path__')
  return `${labels.get('__scheme__')}://${labels.get('__address__')}${path.startsWith('/') ? '' : '/'}${path}`
}

function relabelled(
  alerts: readonly Alert[],
  rules: AlertingSettings['alertRelabelRules'],
): readonly Alert[] {
  if (rules.length === 0) return alerts
  return alerts.flatMap((alert) => {
    const labels = relabel(alert.labels, rules)
    return labels === undefined ? [] : [{ ...alert, labels }]
  })
}
