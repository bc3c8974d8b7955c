// Limits that hold when a scrape config names none (0). The reference has none there; a stranger's exporter must
// not be able to fill our memory.

/** Uncompressed body, bytes: about a million series. */
export const BODY_BYTES_DEFAULT: number = 128 * 1024 * 1024

/** Samples of one scrape after relabelling. */
export const SAMPLES_DEFAULT = 1_000_000

/** Labels of a series, with the target's. */
export const LABELS_DEFAULT = 256

/** Bytes of a label name. */
export const LABEL_NAME_BYTES_DEFAULT = 1_024

/** Bytes of a label value. */
export const LABEL_VALUE_BYTES_DEFAULT = 65_536

/** Samples further ahead than this are dropped; the reference's number. */
export const AHEAD_MS_MAX: number = 10 * 60_000

/** The first scrapes after a discovery are spread over this time. */
export const FIRST_SCRAPE_SPREAD_MS = 1_000

/** Timestamps this close to the grid are set on it, or 1 % of the interval if that is less. Equal distances store best. */
export const ALIGN_TOLERANCE_MS = 2

/** A cache holds at most twice the lines of the last good body and this many more. */
export const CACHE_SLACK_LINES = 1_000

/** A group with more ended columns than this, and than living ones, is opened anew; the store's number. */
export const ENDED_COLUMNS = 100

/** A target whose body changes its structure all the time is read line by line for so many scrapes at most before its structure is learnt again. */
export const TEMPLATE_PAUSE_SCRAPES_MAX = 64

/** Lines of failed scrapes that wait for the disk. */
export const FAILURE_LINES_WAITING_MAX = 10_000

/** A quarantine grows from time to time, but never longer than its cooldown doubled so often. */
export const QUARANTINE_DOUBLINGS_MAX = 5

/** After a reload, targets of a discovery whose settings have changed stay so long, ms, while its successor is silent. */
export const BEFORE_MS_MAX = 60_000
