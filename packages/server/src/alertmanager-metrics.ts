// alertmanager_* under the reference's names.
import { type AlertManager, isResolvedAt, silenceState } from '@pharos/alertmanager'
import { Counter, Gauge, Histogram, type Registry } from '@pharos/client'
import type { AlertmanagerSource } from './alertmanager-source.ts'
import { ALERTMANAGER_BUILD } from './alertmanager-routes.ts'

/** Kinds that are there from the start, so that alerts on their failures have something to look at. */
const KINDS = [
  'email',
  'pagerduty',
  'pushover',
  'slack',
  'opsgenie',
  'webhook',
  'victorops',
  'wechat',
  'sns',
  'telegram',
]

export function addAlertmanagerMetrics(registry: Registry, source: AlertmanagerSource): void {
  const { manager } = source
  addAlerts(registry, manager)
  addState(registry, manager)
  addReload(registry, source)
  addNotifications(registry, manager)
}

function addAlerts(registry: Registry, manager: AlertManager): void {
  const registers = [registry]
  const nowMs = (): number => manager.options.clock.now()
  new Gauge({
    name: 'alertmanager_alerts',
    help: 'How many alerts by state.',
    labelNames: ['state'],
    registers,
    collect: (metric) => {
      let suppressed = 0
      let active = 0
      for (const alert of manager.alerts.all()) {
        if (isResolvedAt(alert, nowMs())) continue
        const isQuiet =
          manager.silences.mutedBy(alert.labels).length + manager.inhibitedBy(alert.labels).length >
          0
        if (isQuiet) suppressed++
        else active++
      }
      metric.set({ state: 'active' }, active)
      metric.set({ state: 'suppressed' }, suppressed)
      metric.set({ state: 'unprocessed' }, 0)
    },
  })
  new Counter({
    name: 'alertmanager_alerts_received_total',
    help: 'The total number of received alerts.',
    labelNames: ['status', 'version'],
    registers,
    collect: (metric) => {
      const { received, resolved } = manager.alerts.stats
      metric.setTotal({ status: 'firing', version: 'v2' }, received - resolved)
      metric.setTotal({ status: 'resolved', version: 'v2' }, resolved)
    },
  })
  new Counter({
    name: 'alertmanager_alerts_invalid_total',
    help: 'Alerts that were refused because there was no room.',
    labelNames: ['version'],
    registers,
    collect: (metric) => metric.setTotal({ version: 'v2' }, manager.alerts.stats.refused),
  })
}

function addState(registry: Registry, manager: AlertManager): void {
  const registers = [registry]
  const nowMs = (): number => manager.options.clock.now()
  new Gauge({
    name: 'alertmanager_silences',
    help: 'How many silences by state.',
    labelNames: ['state'],
    registers,
    collect: (metric) => {
      const counts = { active: 0, expired: 0, pending: 0 }
      for (const silence of manager.silences.all()) counts[silenceState(silence, nowMs())]++
      for (const [state, count] of Object.entries(counts)) metric.set({ state }, count)
    },
  })
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['dispatcher_aggregation_groups', 'Groups of alerts.', () => manager.dispatcher.stats.groups],
    ['nflog_entries', 'What was said, as remembered.', () => manager.notificationEntries],
    ['receivers', 'Number of configured receivers.', () => manager.config.receivers.length],
    [
      'integrations',
      'Number of configured integrations.',
      () => manager.config.receivers.reduce((sum, one) => sum + one.integrations.length, 0),
    ],
    ['cluster_enabled', 'Whether alert managers talk to each other.', () => 0],
  ]
  for (const [name, help, read] of gauges)
    new Gauge({
      name: `alertmanager_${name}`,
      help,
      registers,
      collect: (metric) => metric.set(read()),
    })
  new Gauge({
    name: 'alertmanager_build_info',
    help: 'What runs.',
    labelNames: ['version', 'revision', 'branch', 'goversion'],
    registers,
    collect: (metric) =>
      metric.set(
        {
          version: ALERTMANAGER_BUILD.version,
          revision: ALERTMANAGER_BUILD.revision,
          branch: ALERTMANAGER_BUILD.branch,
          goversion: ALERTMANAGER_BUILD.goVersion,
        },
        1,
      ),
  })
}

function addReload(registry: Registry, { stats }: AlertmanagerSource): void {
  const registers = [registry]
  new Gauge({
    name: 'alertmanager_config_last_reload_successful',
    help: 'Whether the last configuration reload attempt was successful.',
    registers,
    collect: (metric) => metric.set(stats.isSuccessful ? 1 : 0),
  })
  new Gauge({
    name: 'alertmanager_config_last_reload_success_timestamp_seconds',
    help: 'Timestamp of the last successful configuration reload.',
    registers,
    collect: (metric) => metric.set(stats.lastSuccessMs / 1000),
  })
}

function addNotifications(registry: Registry, { stats }: AlertManager): void {
  const registers = [registry]
  const kinds = (): string[] => [...new Set([...KINDS, ...stats.kinds().keys()])]
  const counters: readonly (readonly [string, string, (kind: string) => number])[] = [
    [
      'notifications_total',
      'The total number of attempted notifications.',
      (kind) => stats.kinds().get(kind)?.notifications ?? 0,
    ],
    [
      'notification_requests_total',
      'The total number of attempted notification requests.',
      (kind) => stats.kinds().get(kind)?.requests ?? 0,
    ],
    [
      'notification_requests_failed_total',
      'The total number of failed notification requests.',
      (kind) => stats.kinds().get(kind)?.failedRequests ?? 0,
    ],
  ]
  for (const [name, help, read] of counters)
    new Counter({
      name: `alertmanager_${name}`,
      help,
      labelNames: ['integration'],
      registers,
      collect: (metric) => {
        for (const kind of kinds()) metric.setTotal({ integration: kind }, read(kind))
      },
    })
  new Counter({
    name: 'alertmanager_notifications_failed_total',
    help: 'The total number of failed notifications.',
    labelNames: ['integration', 'reason'],
    registers,
    collect: (metric) => {
      for (const kind of kinds())
        for (const reason of ['clientError', 'serverError', 'other'])
          metric.setTotal({ integration: kind, reason }, 0)
      for (const [integration, reason, count] of stats.failures())
        metric.setTotal({ integration, reason }, count)
    },
  })
  const latency = new Histogram({
    name: 'alertmanager_notification_latency_seconds',
    help: 'The latency of notifications in seconds.',
    labelNames: ['integration'],
    buckets: [1, 5, 10, 15, 20],
    registers,
  })
  stats.onAttempt = (integration, seconds) => latency.observe({ integration }, seconds)
  new Counter({
    name: 'alertmanager_notifications_suppressed_total',
    help: 'Alerts that were not told of, by why.',
    labelNames: ['reason'],
    registers,
    collect: (metric) => {
      metric.setTotal({ reason: 'silence' }, stats.suppressed.silence)
      metric.setTotal({ reason: 'inhibition' }, stats.suppressed.inhibition)
      metric.setTotal({ reason: 'time_interval' }, stats.suppressed.time)
    },
  })
}
