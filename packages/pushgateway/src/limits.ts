// What a stranger can make grow in the gateway, and how far. The reference has no such limits.

/** A pushed body, bytes, as sent and unpacked: some 300,000 samples. */
export const PUSH_BYTES_MAX: number = 32 * 1024 * 1024

/** Labels of one group, its job included; longer paths are mistakes. */
export const GROUPING_LABELS_MAX = 64

/** Groups at once. */
export const GROUPS_MAX = 100_000

/** Metrics (label sets) of all groups together. */
export const METRICS_MAX = 2_000_000

/** The journal is rewritten when it has grown over this, bytes, and over four times what it would be if rewritten. */
export const JOURNAL_REWRITE_BYTES_MIN: number = 1024 * 1024

/** Longest record that is believed when read back, bytes: a push of the greatest size, as JSON. */
export const RECORD_BYTES_MAX: number = 512 * 1024 * 1024

/** Largest journal that is read at start, bytes. */
export const JOURNAL_BYTES_MAX: number = 1024 * 1024 * 1024

/** Groups whose time is up are looked for this often at most, ms. */
export const EXPIRY_STEP_MS = 1_000

/** Longest time to live that is taken, ms: ten years. */
export const TTL_MS_MAX: number = 10 * 365 * 24 * 3600 * 1000
