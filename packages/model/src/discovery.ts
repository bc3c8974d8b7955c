import type { Labels } from './labels.ts'

/** Targets that a discovery mechanism found together, for example in one file or one service. */
export interface TargetGroup {
  /** Names the group within its discoverer; a new group with the same source replaces the old one. */
  readonly source: string
  /** One label set a target, with `__address__`. */
  readonly targets: readonly Labels[]
  /** Added to each target where it has no label of that name. */
  readonly labels: Labels
}

/**
 * Finds targets. Every mechanism (static, file, http, dns, etcd, …) is one of these, and the scrape
 * manager knows no more of it.
 */
export interface Discoverer {
  /**
   * `<kind> <settings>`, equal for discoverers of the same settings: after a reload what the one before has found stays
   * until this one has spoken. Missing: nothing is known of it.
   */
  readonly identity?: string
  /**
   * Runs until `signal` is aborted, then resolves; never rejects. `found` is called with the groups that
   * changed since the last call; a group with no targets is gone. A failing backend is not an empty answer:
   * the last good groups stay and the failure is logged and counted.
   */
  run(found: (groups: readonly TargetGroup[]) => void, signal: AbortSignal): Promise<void>
}
