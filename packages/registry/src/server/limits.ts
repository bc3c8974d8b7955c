// What a stranger can make grow in the built-in registry, and how far.

/** A key or a value, bytes; etcd refuses requests over 1.5 MiB. */
export const REQUEST_BYTES_MAX: number = 1536 * 1024

/** Operations of one transaction; etcd's --max-txn-ops. */
export const TXN_OPS_MAX = 128

/** Changes that a watch can still be started from; older ones are compacted. */
export const HISTORY_EVENTS_MAX = 10_000

/** Their keys and values together, bytes. */
export const HISTORY_BYTES_MAX: number = 32 * 1024 * 1024

/** All keys and values, bytes: this is a registry, not a store. */
export const STORE_BYTES_MAX: number = 256 * 1024 * 1024

/** Leases at once. */
export const LEASES_MAX = 100_000

/** Least TTL, s: what etcd grants with its default election time. */
export const TTL_SECONDS_MIN = 2

/** Largest TTL, s; etcd's. */
export const TTL_SECONDS_MAX = 9_000_000_000

/** Leases that end within so long of each other are ended together, ms. */
export const EXPIRY_SLACK_MS = 50

/** A timer that is later than this, ms, means that this process was paused. */
export const PAUSE_MS_MIN = 500

/** Watches at once. */
export const WATCHES_MAX = 10_000

/** What a watcher that does not read may have waiting, bytes, before it is cut off. */
export const WATCH_BACKLOG_BYTES_MAX: number = 16 * 1024 * 1024

/** A watch that asks for progress hears something this often, ms. */
export const WATCH_PROGRESS_MS = 60_000

/** The journal is rewritten when it has grown over this, bytes, and over four times what it would be if rewritten. */
export const JOURNAL_BYTES_MIN: number = 4 * 1024 * 1024

/** Longest record that is believed when read back, bytes: a transaction of 128 puts. */
export const RECORD_BYTES_MAX: number = 512 * 1024 * 1024

/** Largest journal that is read at start, bytes. */
export const JOURNAL_BYTES_MAX: number = 1024 * 1024 * 1024

/** Tokens of logged-in clients at once, and how long one lives without use, ms; etcd's simple tokens live as long. */
export const TOKENS_MAX = 10_000
export const TOKEN_MS = 300_000

/** Connections at once: each service keeps one open. */
export const REGISTRY_CONNECTIONS_MAX = 20_000
