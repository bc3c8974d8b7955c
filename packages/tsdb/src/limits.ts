// What a stranger could make grow, with the number, its unit and why that number.

/** Rows of an open tile. The reference cuts chunks at 120 samples; a longer tile costs memory, a shorter one disk. */
export const TILE_ROWS: number = 120
/** Rows of an open tile that is filled cell by cell: its newest rows stay open for cells that come late. */
export const CELL_TILE_ROWS: number = 240
/** So long a tile that is filled cell by cell takes cells after its window ended. */
export const CELL_GRACE_MS: number = 60_000
/** A group whose newest row is so much ahead of the clock wrote it by a clock that was wrong. */
export const CLOCK_SLACK_MS: number = 60_000
/** Rows of a tile in a block. Beyond this tiles gain under 2 % of size and cost decoding. */
export const BLOCK_TILE_ROWS: number = 480
/** Steps of a downsampled tile, each with two rows of samples at least: they make a full tile. */
export const DOWNSAMPLED_TILE_STEPS: number = BLOCK_TILE_ROWS / 2
/** Tiles of one group that are held to be thinned out together: a day and more of a target with 10,000 series. */
export const DOWNSAMPLING_BYTES: number = 64 << 20
/** Rows of these, some 12 MiB of columns: a step that has more of them is divided, which costs size and nothing else. */
export const DOWNSAMPLING_ROWS: number = 200_000
/** Rows of one step that are thinned out together; a step with more is divided, which costs size and nothing else. */
export const STEP_ROWS: number = 20_000
/** Rows of a tile of late samples, which come in any order. */
export const LATE_TILE_ROWS: number = 480
/** Late samples of a window that is a block already become a block no sooner than this after the first of them. */
export const LATE_BLOCK_MS: number = 30 * 60_000
/** Values of rows that are kept for the next tiles, 32 MiB: what sealing frees in a few seconds is taken again. */
export const FREE_ROW_VALUES: number = 4 << 20
/** Columns of one group: a target with more series than this is a mistake of its author. */
export const GROUP_COLUMNS: number = 5_000_000
/** A group with more ended series than this, and than living ones, begins new columns when it is next taken. */
export const RENEW_COLUMNS = 100
/** Labels of one series. The reference has no default limit; nobody has 1,000 on purpose. */
export const LABELS_PER_SERIES: number = 1_000
/** UTF-16 units of a label name or value; 10 MB values are refused before they reach an index. */
export const LABEL_TEXT_LENGTH: number = 1 << 20
/** A WAL file is rotated at this size: what replay reads in one piece. */
export const WAL_FILE_BYTES: number = 64 << 20
/** A WAL batch is written as soon as it has this size, or after WAL_BATCH_MS. */
export const WAL_BATCH_BYTES: number = 1 << 20
export const WAL_BATCH_MS: number = 100
/** A query waits so long at most for the operating system to have what it shows. */
export const WAL_WRITTEN_MS: number = 1_000
/** Longest time between two fsyncs of the WAL with `interval`. */
export const WAL_SYNC_MS: number = 1_000
/** Between two looks at the memory while a start reads the log; some 10 to 100 MiB of rows. */
export const REPLAY_STEP_BYTES: number = 8 << 20
/** A record longer than this is garbage. */
export const RECORD_BYTES: number = 256 << 20
/** Rows between two rows that are written whole, so that one bad record never costs more than these. */
export const KEYFRAME_ROWS: number = 32
/** Largest file that is read in one piece. */
export const FILE_BYTES: number = 2 ** 31 - 1
/** Verified tiles kept in memory for the next query. */
export const TILE_CACHE_BYTES: number = 64 << 20
/** Decoded columns kept for the next query: 17,000 of 240 rows. Memory is taken as they come. */
export const DECODED_BYTES: number = 32 << 20
/** Tiles that are read to say what series take on disk; of more, every n-th. */
export const COST_TILES_READ: number = 1_000
/** Selectors kept for the next query, each with the columns it found; a large dashboard has some 200. */
export const SELECTORS_KEPT: number = 256
/** Label values of which one matcher of a kept selector remembers its verdict. */
export const SELECTOR_VERDICTS: number = 100_000
/** Exemplars kept, all series together, when max_exemplars does not say otherwise: the reference's default. */
export const EXEMPLARS: number = 100_000
/** Metric names with metadata. */
export const METADATA_NAMES: number = 100_000
/** Times are whole milliseconds in ±2^48 (8,900 years): sums and differences of them stay exact. */
export const TIME_MS: number = 2 ** 48
/** Read by the scrubber at once, some 2 ms of work, and its rest after that: 2 MiB/s, 170 GB a day. */
export const SCRUB_SLICE_BYTES: number = 2 << 20
export const SCRUB_PAUSE_MS: number = 1_000
/** Before each pass over all files. */
export const SCRUB_REST_MS: number = 60_000
/**
 * ms of upkeep (sealing, blocks, deletions, shutdown) between two turns of the event loop: a scrape is not late for it, and
 * a query, whose slices are twice as long, takes half as long again beside it.
 */
export const SLICE_MS = 2
/** The same while a start reads its files: nothing but a page that says so waits for it. */
export const START_SLICE_MS = 20
/** Between two rounds of maintenance. */
export const MAINTENANCE_MS: number = 5_000

/** Fixed-width fields are read fastest: a tile of the head takes them when they cost at most so many 32nds more. */
export const HOT_PACK_SLACK = 8
