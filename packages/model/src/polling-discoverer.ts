// What every discovery has in common that asks its backend again and again: when to ask, what has changed, and that a
// failing backend is not an empty answer.

import { messageOf } from '@pharos/base'
import type { Clock, Logger } from '@pharos/base'
import type { Discoverer, TargetGroup } from './discovery.ts'
import { Labels } from './labels.ts'

interface PollingStats {
  refreshes: number
  failures: number
}

export interface PollingDiscoverer extends Discoverer {
  readonly stats: Readonly<PollingStats>
}

interface PollingOptions {
  /** `consul`; for the log. */
  readonly mechanism: string
  readonly intervalMs: number
  readonly clock: Clock
  readonly log: Logger
  /** All groups that are there now, sources unique. @throws when the backend cannot say */
  readonly ask: (signal: AbortSignal) => Promise<readonly TargetGroup[]>
  /** After the last question. */
  readonly close?: () => void
}

/** A discoverer that asks for everything at each interval and hands on what is different. */
export function createPollingDiscoverer(options: PollingOptions): PollingDiscoverer {
  const stats: PollingStats = { refreshes: 0, failures: 0 }
  return { stats, run: (found, signal) => new Run(options, stats, found, signal).toEnd() }
}

/** One run: what its reader has been told. */
class Run {
  readonly #options: PollingOptions
  readonly #stats: PollingStats
  readonly #found: (groups: readonly TargetGroup[]) => void
  readonly #signal: AbortSignal
  /** Text of each group by source. */
  readonly #told = new Map<string, string>()
  #hasSpoken = false
  #lastError = ''

  constructor(
    options: PollingOptions,
    stats: PollingStats,
    found: (groups: readonly TargetGroup[]) => void,
    signal: AbortSignal,
  ) {
    this.#options = options
    this.#stats = stats
    this.#found = found
    this.#signal = signal
  }

  async toEnd(): Promise<void> {
    const { clock, intervalMs, close } = this.#options
    while (!this.#signal.aborted) {
      await this.#refresh()
      try {
        await clock.sleep(intervalMs, this.#signal)
      } catch (error) {
        if (!this.#signal.aborted) throw error
      }
    }
    close?.()
  }

  async #refresh(): Promise<void> {
    const { ask, log, mechanism } = this.#options
    this.#stats.refreshes++
    let groups: readonly TargetGroup[]
    try {
      groups = await ask(this.#signal)
    } catch (error) {
      if (this.#signal.aborted) return
      this.#stats.failures++
      const text = messageOf(error)
      const report = { mechanism, err: text }
      // Said once, until it is something else or has worked again.
      if (text === this.#lastError) log.debug('unable to refresh target groups', report)
      else log.error('unable to refresh target groups', report)
      this.#lastError = text
      return
    }
    this.#lastError = ''
    if (!this.#signal.aborted) this.#tell(groups)
  }

  #tell(groups: readonly TargetGroup[]): void {
    const changed: TargetGroup[] = []
    const gone = new Set(this.#told.keys())
    for (const group of groups) {
      gone.delete(group.source)
      const text = textOf(group)
      if (this.#told.get(group.source) === text) continue
      this.#told.set(group.source, text)
      changed.push(group)
    }
    for (const source of gone) {
      this.#told.delete(source)
      changed.push({ source, targets: [], labels: Labels.EMPTY })
    }
    // The first answer is told even when it is empty: it says that there is nothing.
    if (changed.length === 0 && this.#hasSpoken) return
    this.#hasSpoken = true
    this.#found(changed)
  }
}

function textOf({ targets, labels }: TargetGroup): string {
  return JSON.stringify([labels.key, targets.map((target) => target.key)])
}

/** A label name from any text, as the reference makes meta labels: what may not stand in one becomes `_`. */
export function metaName(prefix: string, text: string): string {
  return prefix + text.replace(/[^a-zA-Z0-9_]/g, '_')
}

/** `host:port`, with brackets round an IPv6 address. */
export function hostPort(host: string, port: number | string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`
}
