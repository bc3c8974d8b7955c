/** How long a resolved alert is told to receivers that may have missed it; the reference's 15 minutes. */
export const RESOLVED_RETENTION_MS: number = 15 * 60_000

/** Alerts of the state file that are read back: a restart after an alert storm must not take more memory than it had. */
export const STATE_BYTES_MAX: number = 64 * 1024 * 1024
