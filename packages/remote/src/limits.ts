// What a sender could make grow, with the number, its unit and why that number.

/** One request of remote write as it comes. The reference's senders stop at some 2,000 samples, half a megabyte. */
export const WRITE_BODY_BYTES: number = 32 << 20
/** The same unpacked, before anything is made of it. */
export const WRITE_MESSAGE_BYTES: number = 32 << 20
/**
 * Messages up to this size are unpacked and walked in the kernel's memory, which never gets smaller; larger ones, which no
 * known sender makes, cost a little more time.
 */
export const KERNEL_MESSAGE_BYTES: number = 4 << 20
/** Series whose place is remembered. Beyond them all are forgotten and looked up again. */
export const CACHED_SERIES: number = 4_000_000
/** Bytes of the labels of those series, in pages of a mebibyte; some 3 million series have that many. */
export const CACHED_LABEL_PAGES: number = 512
/** Labels of one series in bytes that are remembered; of longer ones the place is looked up each time. */
export const CACHED_LABELS_BYTES: number = 64 << 10
/** Groups are given back and taken anew after this time, so that the store can forget series that have ended. */
export const RENEW_MS: number = 3_600_000
/** Buckets of one histogram, as in the reference's limit for samples it can hold. */
export const HISTOGRAM_BUCKETS: number = 10_000
/** One request of remote read as it comes, and unpacked: selectors and nothing else. */
export const READ_REQUEST_BYTES: number = 1 << 20
/** Queries of one request. The reference's client sends one. */
export const READ_QUERIES: number = 100
/** Matchers of one query. */
export const READ_MATCHERS: number = 1000
/** Answer of a remote read in bytes, as received; a process of 2 GB survives it. */
export const READ_ANSWER_BYTES: number = 512 << 20
/** Values inside values of OTLP's attributes; each level takes a frame of the stack. */
export const OTLP_DEPTH: number = 100
/** One line of an import. A series of a year at 15 s is some 40 MB of JSON, and comes in several. */
export const IMPORT_LINE_BYTES: number = 10 << 20
