// What a stranger can make grow, and how far.

/** Literals of all templates together, bytes. A million series of which none share a template take about 100 MiB. */
export const TEMPLATE_BYTES_MAX: number = 256 * 1024 * 1024
/** Metrics of a protobuf body that is read into families; some 400 MiB as objects. */
export const PROTOBUF_METRICS_MAX = 1_000_000
/** Spans and buckets of one native histogram; schema 8 from the smallest to the largest float has some 540,000 buckets. */
export const PROTOBUF_SPANS_MAX = 10_000
export const PROTOBUF_BUCKETS_MAX = 100_000

/** Buckets of one classic histogram that is converted. */
export const HISTOGRAM_BUCKETS_MAX = 10_000
