/** What a server's flags decide about evaluation. */
export interface EngineOptions {
  /** --query.lookback-delta, default 5 min. */
  readonly lookbackMs: number
  /** --query.timeout, default 2 min. */
  readonly timeoutMs: number
  /** --query.max-samples, default 50 000 000. */
  readonly maxSamples: number
  /** Step of subqueries that give none; the global evaluation interval. */
  readonly defaultSubqueryStepMs: number
  /** --query.max-memory: most bytes that one query's columns may take; 0 or missing: no limit. */
  readonly maxMemoryBytes?: number
  /** Feature flags, as `--enable-feature` names them. */
  readonly features: ReadonlySet<string>
}

export interface QueryOptions {
  /** Stops the work when the caller has gone; a UserError as its reason becomes the query's failure. */
  readonly signal?: AbortSignal
  /** Overrides the engine's. */
  readonly lookbackMs?: number
  readonly timeoutMs?: number
  /** Statistics say how many samples each step looked at. */
  readonly perStepStats?: boolean
  /** Measures every node and answers with the tree. */
  readonly explain?: boolean
  /** Gets a view on the running query, for lists of what runs. */
  readonly onStart?: (progress: QueryProgress) => void
}

/** How far a query is; the numbers move while it runs and stay when it has ended. */
export interface QueryProgress {
  /** Looked at so far, summed over all steps. */
  readonly totalSamples: number
  readonly samplesRead: number
  readonly peakSamples: number
  /** Estimated bytes of what is held now, and at most so far. */
  readonly memoryBytes: number
  readonly memoryBytesMax: number
}
