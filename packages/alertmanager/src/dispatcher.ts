// Alerts into groups: one for each route and each set of values of the labels that the route groups by.
import type { Clock, Logger, Timer } from '@pharos/base'
import type { Labels } from '@pharos/model'
import { compareLabelSets, isResolvedAt, type StoredAlert } from './alert.ts'
import { AlertGroup } from './alert-group.ts'
import { GROUPS_MAX } from './limits.ts'
import type { Pipeline } from './pipeline.ts'
import type { Route } from './route.ts'

interface DispatcherOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly route: Route
  readonly pipeline: Pipeline
  readonly quietUntilMs: number
}

/** Groups without alerts are dropped this often, as in the reference: until then they keep their place in time. */
const TIDY_MS = 30_000

export class Dispatcher {
  readonly stats = { groups: 0, refusedGroups: 0, processed: 0 }
  readonly #options: DispatcherOptions
  /** By route, then by the key of the group's labels. */
  readonly #groups = new Map<Route, Map<string, AlertGroup>>()
  #tidying: Timer

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#tidying = this.#tidyLater()
  }

  get route(): Route {
    return this.#options.route
  }

  /** Puts an alert into the groups of its routes. */
  insert(alert: StoredAlert, isRestored = false): void {
    this.stats.processed++
    for (const route of this.#options.route.match(alert.labels)) {
      const labels = route.groupLabels(alert.labels)
      const group = this.#groupFor(route, labels, alert)
      group?.insert(alert, isRestored)
    }
  }

  /** Somebody still has to be told about it. */
  holds(alert: StoredAlert): boolean {
    return this.#options.route
      .match(alert.labels)
      .some((route) =>
        this.#groups.get(route)?.get(route.groupLabels(alert.labels).key)?.has(alert.fingerprint),
      )
  }

  /** Groups with alerts, by labels, then by receiver. */
  groups(): readonly AlertGroup[] {
    return [...this.#all()]
      .filter((group) => !group.isEmpty)
      .sort(
        (a, b) =>
          compareLabelSets(a.labels, b.labels) ||
          (a.route.settings.receiver < b.route.settings.receiver ? -1 : 1),
      )
  }

  /** Says again what some labels were silent about, on routes that ask for it. */
  flushFor(labels: Labels): void {
    for (const route of this.#options.route.match(labels)) {
      if (!route.settings.silenceNotices) continue
      this.#groups.get(route)?.get(route.groupLabels(labels).key)?.flushNow()
    }
  }

  /** Says what is new in any group now. */
  flushAll(): void {
    for (const group of this.#all()) group.flushAgain()
  }

  async stop(): Promise<void> {
    this.#tidying.cancel()
    await Promise.all([...this.#all()].map((group) => group.stop()))
  }

  *#all(): IterableIterator<AlertGroup> {
    for (const groups of this.#groups.values()) yield* groups.values()
  }

  #groupFor(route: Route, labels: Labels, alert: StoredAlert): AlertGroup | undefined {
    const groups = this.#groups.get(route)
    const known = groups?.get(labels.key)
    if (known !== undefined) return known
    if (this.stats.groups >= GROUPS_MAX) {
      this.stats.refusedGroups++
      if (this.stats.refusedGroups === 1)
        this.#options.log.error('too many groups, further ones are not notified', {
          limit: GROUPS_MAX,
          alert: alert.labels.toString(),
        })
      return undefined
    }
    const { clock, log, pipeline, quietUntilMs } = this.#options
    const run = pipeline.run.bind(pipeline)
    const group = new AlertGroup(route, labels, { clock, log, run, quietUntilMs })
    if (groups === undefined) this.#groups.set(route, new Map([[labels.key, group]]))
    else groups.set(labels.key, group)
    this.stats.groups++
    return group
  }

  #tidyLater(): Timer {
    return this.#options.clock.after(TIDY_MS, () => {
      for (const groups of this.#groups.values())
        for (const [key, group] of groups) {
          if (!group.isEmpty) continue
          void group.stop()
          groups.delete(key)
          this.stats.groups--
        }
      this.#tidying = this.#tidyLater()
    })
  }
}

/** Alerts that a dispatcher starts with: what fires, and what ended while nobody could be told. */
export function restoredAlerts(
  alerts: Iterable<StoredAlert>,
  nowMs: number,
): readonly StoredAlert[] {
  const DAY_MS = 86_400_000
  return [...alerts].filter(
    (alert) => !isResolvedAt(alert, nowMs) || alert.endsAtMs > nowMs - DAY_MS,
  )
}
