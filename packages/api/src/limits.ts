// What a request may make grow.

/** Points of one series that a range query may ask for; the reference's number. */
export const MAX_POINTS = 11_000

/** Queries of one batch; the largest dashboards have some 100 panels with a few queries each. */
export const MAX_BATCH = 500

/** Queries of one batch that run at the same time: a heavy one does not keep the others waiting. */
export const BATCH_WIDTH = 4

/** What clients are told to wait when more queries were asked for than can run. */
export const RETRY_AFTER_SECONDS = 5

/** How far the linter looks back for series, ms, and how many of a metric it looks at. */
export const LINT_LOOKBACK_MS = 3_600_000
export const LINT_SERIES = 50_000

/** A stream of events says at least this often that it is there, ms. */
export const EVENT_SILENCE_MS = 15_000

/** Bytes of events that a reader may leave unread: some hundred notifications. */
export const EVENT_BYTES_WAITING = 65_536

/** Tails that may be open, and series that one may select: each is looked at whenever something was stored. */
export const TAILS_MAX = 16
export const TAIL_SERIES = 1_000

/** Between two looks of a tail, ms; at least so many times what the last one took. */
export const TAIL_POLL_MS = 100
export const TAIL_REST_FACTOR = 20

/** How far before and after now a sample may be dated that has just come, ms: a scrape is dated by its beginning. */
export const TAIL_WINDOW_MS = 60_000

/** Rows of the tables of /api/v1/status/tsdb, the reference's default and maximum. */
export const STATUS_ROWS_DEFAULT = 10
export const STATUS_ROWS_MAX = 10_000

/** Bytes of an answer that go to the socket in one piece. */
export const CHUNK_BYTES = 262_144

/** Chunks kept for the next answer: what some three clients take at the same time. */
export const SPARE_CHUNKS = 16

/** Label pairs whose JSON is kept from answer to answer, and the longest worth it: 3 MB at most. */
export const LABEL_PAIRS = 8192
export const LABEL_PAIR_CHARS = 256

/** Characters of an answer that are collected before they go out. Small ones go out whole. */
export const CHUNK_CHARS = 65_536

/** Days that a rule is walked over when the request does not say, and at most. */
export const BACKTEST_DAYS_DEFAULT = 7
export const BACKTEST_DAYS_MAX = 31

/** Evaluations of one backtest: a week every minute. */
export const BACKTEST_STEPS = 10_080

/** Bytes of a request that saves a dashboard: the largest file and what is wrapped around it. */
export const DASHBOARD_BODY_BYTES: number = 9 * 1024 * 1024

/** Hits of one search when it does not say, and at most. */
export const SEARCH_HITS_DEFAULT = 1000
export const SEARCH_HITS_MAX = 5000

/** Annotations of one answer, and tags of their list. */
export const ANNOTATION_HITS_MAX = 5000
export const TAG_HITS_DEFAULT = 100
