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
  /** Feature flags, as `--enable-feature` names them. */
  readonly features: ReadonlySet<string>
}

export interface QueryOptions {
  /** Stops the work when the caller has gone. */
  readonly signal?: AbortSignal
  /** Overrides the engine's. */
  readonly lookbackMs?: number
  readonly timeoutMs?: number
}
