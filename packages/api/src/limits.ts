// What a request may make grow.

/** Points of one series that a range query may ask for; the reference's number. */
export const MAX_POINTS = 11_000

/** What clients are told to wait when more queries were asked for than can run. */
export const RETRY_AFTER_SECONDS = 5

/** Rows of the tables of /api/v1/status/tsdb, the reference's default and maximum. */
export const STATUS_ROWS_DEFAULT = 10
export const STATUS_ROWS_MAX = 10_000

/** Characters of an answer that are collected before they go out. Small ones go out whole. */
export const CHUNK_CHARS = 65_536
