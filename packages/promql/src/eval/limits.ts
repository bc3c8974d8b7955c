/** ms of evaluation between two turns of the event loop: below what a person or a scrape notices. */
export const SLICE_MS = 4

/** Points worked on between two looks at the clock; about 100 µs of arithmetic. */
export const WORK_BETWEEN_LOOKS = 32_768

/** Samples in windows that one run of a kernel may go over: some 5 ms of sorting. */
export const KERNEL_SAMPLES = 65_536

/** Annotations of each kind in an answer; the reference's API limit. */
export const ANNOTATION_LIMIT = 10

/**
 * Steps of a query or of one subquery. Ten columns of that many numbers are 0.8 GB; whoever asks for more has
 * mistyped a duration, and the sample limit would refuse the result anyway.
 */
export const MAX_STEPS = 10_000_000

/**
 * Sums of one aggregation that are kept in the kernel's memory, which never shrinks: 800 groups at 200 steps. The sums of
 * further groups are added up outside.
 */
export const KERNEL_SUM_BYTES: number = 4 << 20

/** Columns below this size are left to the collector, and so much memory waits for the next query at most, bytes. */
export const POOLED_BYTES_MIN = 65_536
export const POOLED_BYTES_MAX: number = 64 << 20

/** Longest row or column that goes through the kernel, numbers; for the same reason. */
export const KERNEL_COLUMN: number = 65_536
