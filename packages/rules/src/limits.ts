/** How long a resolved alert is told to receivers that may have missed it; the reference's 15 minutes. */
export const RESOLVED_RETENTION_MS: number = 15 * 60_000

/** Alerts of the state file that are read back: a restart after an alert storm must not take more memory than it had. */
export const STATE_BYTES_MAX: number = 64 * 1024 * 1024

/** Evaluations of one backtest: a week every 30 seconds. */
export const BACKTEST_STEPS_MAX = 20_160

/** Steps of one range query of a backtest, which bounds the memory for its answer. */
export const BACKTEST_CHUNK_STEPS = 1_000

/** Alerts that a rule on trial may have at once. */
export const BACKTEST_ALERTS_MAX = 10_000

/** Files of rules that were written by the API, and what one may hold, bytes. */
export const RULE_FILES_MAX = 1_000
export const RULE_FILE_BYTES_MAX: number = 4 * 1024 * 1024

/** Versions of one such file that are kept. */
export const RULE_HISTORY_MAX = 50
