// The state of the server as an operator should know it: what has failed, and what that means. Each kind has a page that says
// more; pages word a notification by its kind, other clients show its text.
import type { Clock } from '@pharos/base'
import type { TargetStatus } from '@pharos/scrape'
import { MESSAGE_FAILURE_MS, NOTICE_NAMES_MAX } from './limits.ts'
import type { Notice } from './notification-board.ts'
import type { RunningServer } from './running-server.ts'

/** @source util/notifications: the reference's words for the first two */
export function noticesOf(server: RunningServer, messageFailures: () => number): readonly Notice[] {
  const found: Notice[] = []
  if (server.readiness === 'stopping')
    found.push({
      kind: 'shutting-down',
      text: 'Prometheus is shutting down and gracefully stopping all operations.',
    })
  const { source, settings, parts } = server
  if (!source.stats.isSuccessful)
    found.push({
      kind: 'config-reload-failed',
      text: 'Configuration reload has failed.',
      detail: source.stats.lastError,
    })
  if (settings.alertmanager?.source.stats.isSuccessful === false)
    found.push({
      kind: 'alertmanager-config-failed',
      text: 'The configuration of the alert manager has not been taken.',
    })
  const { readOnlyReason } = parts.tsdb
  if (readOnlyReason !== undefined)
    found.push({
      kind: 'read-only',
      text: 'The store is read-only: no samples are taken.',
      detail: readOnlyReason,
    })
  const failures = messageFailures()
  if (failures > 0)
    found.push({
      kind: 'messages-failing',
      text: `${failures} messages about alerts could not be sent in the last minutes.`,
      count: failures,
    })
  const { cluster } = parts.cluster ?? {}
  if (cluster !== undefined && cluster.state !== 'member')
    found.push({
      kind: 'cluster-apart',
      text: 'This member goes on without the others of its cluster.',
      detail: cluster.lastError,
    })
  return [...found, ...targetNotices(server), ...ruleNotices(server)]
}

function targetNotices({ parts }: RunningServer): Notice[] {
  const down: TargetStatus[] = []
  const cutOff: TargetStatus[] = []
  let total = 0
  for (const { active } of parts.scrapes.pools())
    for (const target of active) {
      total++
      if (target.quarantine !== undefined) cutOff.push(target)
      else if (target.health === 'down') down.push(target)
    }
  const found: Notice[] = []
  if (down.length > 0)
    found.push({
      kind: 'targets-down',
      text: `${down.length} of ${total} targets are down.`,
      count: down.length,
      detail: namesOf(down.map(nameOf)),
    })
  if (cutOff.length > 0)
    found.push({
      kind: 'quarantine',
      text: `${cutOff.length} targets are in quarantine.`,
      count: cutOff.length,
      detail: namesOf(cutOff.map(nameOf)),
    })
  return found
}

function nameOf({ scrapePool, labels, scrapeUrl }: TargetStatus): string {
  return `${scrapePool} ${labels.get('instance') ?? scrapeUrl}`
}

function ruleNotices({ parts }: RunningServer): Notice[] {
  const failing = parts.rules
    .groups()
    .flatMap(({ rules }) => rules)
    .filter(({ outcome }) => outcome.health === 'err')
  if (failing.length === 0) return []
  const { settings, outcome } = failing[0]!
  return [
    {
      kind: 'rules-failing',
      text: `${failing.length} rules fail.`,
      count: failing.length,
      detail: `${settings.name}: ${outcome.lastError}`,
    },
  ]
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NOTICE_NAMES_MAX).join(', ')
  return names.length > NOTICE_NAMES_MAX ? `${shown}, …` : shown
}

/**
 * Messages that failed in the last minutes, from a counter that only grows.
 * @param read  the counter
 */
export function recentFailures(clock: Clock, read: () => number): () => number {
  let seen = 0
  let failed: { readonly atMs: number; readonly count: number }[] = []
  return () => {
    const nowMs = clock.monotonicMs()
    const total = read()
    if (total > seen) failed.push({ atMs: nowMs, count: total - seen })
    seen = total
    failed = failed.filter(({ atMs }) => nowMs - atMs < MESSAGE_FAILURE_MS)
    return failed.reduce((sum, { count }) => sum + count, 0)
  }
}
