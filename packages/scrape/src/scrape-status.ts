// What the API and the pages show of scraping.

import type { Labels, Metadata } from '@pharos/model'
import type { QuarantineStatus } from './quarantine.ts'

export type TargetHealth = 'up' | 'down' | 'unknown'

export interface TargetStatus {
  readonly scrapePool: string
  /** With the `__…` labels and `__meta_…`, before relabelling. */
  readonly discoveredLabels: Labels
  /** Without the `__…` labels. */
  readonly labels: Labels
  readonly scrapeUrl: string
  readonly health: TargetHealth
  /** '' when the last scrape was fine. */
  readonly lastError: string
  /** The first series that went over a limit in the last scrape; '' when none did. */
  readonly offendingSeries: string
  /** Set while the target is cut off, or on probation. */
  readonly quarantine: QuarantineStatus | undefined
  /** ms since 1970; undefined before the first scrape. */
  readonly lastScrapeMs: number | undefined
  readonly lastScrapeDurationMs: number
  readonly scrapeIntervalMs: number
  readonly scrapeTimeoutMs: number
  /** Samples of the last scrape, before and after metric relabelling. */
  readonly samplesScraped: number
}

/** HELP, TYPE and UNIT by metric name as one target says them. */
export interface TargetMetadata {
  readonly scrapePool: string
  /** Without the `__…` labels. */
  readonly labels: Labels
  readonly families: ReadonlyMap<string, Metadata>
}

export interface DroppedTarget {
  readonly scrapePool: string
  readonly discoveredLabels: Labels
  /** Which relabel rule dropped it, or why else. */
  readonly reason: string
}

export interface ScrapePoolStatus {
  readonly name: string
  readonly active: readonly TargetStatus[]
  readonly dropped: readonly DroppedTarget[]
  /** All dropped ones, also those that keep_dropped_targets did not keep. */
  readonly droppedCount: number
  /** Targets that other members of a cluster scrape. */
  readonly elsewhere?: readonly ElsewhereTarget[]
}

export interface ElsewhereTarget {
  /** What `owns` was asked for. */
  readonly identity: string
  readonly labels: Labels
  readonly scrapeUrl: string
}
