/** Objects on one page of a list. */
export const PAGE_SIZE = 500

/** Objects of one kind that are kept. */
export const OBJECTS_MAX = 200_000

/** One line of a watch, bytes: one object. etcd allows 1.5 MB. */
export const WATCH_LINE_BYTES_MAX: number = 8 * 1024 * 1024

/** The API server ends a watch after this time, seconds; then it is begun anew where it was. */
export const WATCH_SECONDS = 300

/** After a failure, ms; doubled until the second. */
export const RETRY_MS_MIN = 1_000
export const RETRY_MS_MAX = 30_000

/** Changes are gathered for so long before groups are made of them, ms. */
export const GATHER_MS = 1_000
