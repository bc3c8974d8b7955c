// What a stranger can make grow, and how far.

/** A registered value, bytes. The seed's JSON with a hundred routes is 6 KB; etcd itself takes 1.5 MB. */
export const VALUE_BYTES_MAX = 65_536

/** Routes of one instance. More are a mistake of the router's reader. */
export const ROUTES_MAX = 1_000

/** Labels of metadata, and of routes, that discovery makes of one instance. */
export const METADATA_MAX = 64

/** Name and id of a service, characters; both are parts of a key. */
export const NAME_CHARS_MAX = 200

/** RFC 1035 allows 253 characters of host name; an IPv6 address with a zone is far below. */
export const HOST_CHARS_MAX = 253

/** Instances below one prefix that a view holds; the rest is left out and told. */
export const INSTANCES_MAX = 50_000

/** Answer to one call, bytes: 50,000 instances of 1 KB, in base64. */
export const ANSWER_BYTES_MAX: number = 128 * 1024 * 1024

/** One message of a watch, bytes. etcd sends up to a whole batch of events in one line. */
export const WATCH_LINE_BYTES_MAX: number = 64 * 1024 * 1024

/** One call, ms, when the caller names no limit. */
export const CALL_TIMEOUT_MS = 5_000

/** A watch that has not said `created` for so long is given up, ms. */
export const WATCH_CREATE_MS = 10_000

/** Wait after a failed round, ms: doubled from the first to the last, with jitter. */
export const RETRY_MS_MIN = 250
export const RETRY_MS_MAX = 5_000

/** After a reset of the backend's data, missing instances get so long to come back, ms, or their lease if longer. */
export const RESET_GRACE_MS = 30_000

/** Deregistration at close may take so long, ms: a service that ends must end. */
export const CLOSE_TIMEOUT_MS = 2_000

/** Lease of a service that names none, s: the seed's. */
export const LEASE_SECONDS_DEFAULT = 5

/** A watch that has not told within this, ms, what a list has found is stalled. */
export const WATCH_LAG_MS = 1_000

/** Health checks: between two, ms; the shortest; how long one may take at most. */
export const CHECK_INTERVAL_MS_DEFAULT = 10_000
export const CHECK_INTERVAL_MS_MIN = 1_000
export const CHECK_TIMEOUT_MS_MAX = 10_000

/** Failed checks in a row that make an instance critical. */
export const CHECK_FAILURES = 2

/** Answer to a health check over HTTP, bytes. */
export const CHECK_BODY_BYTES_MAX: number = 1024 * 1024

/** Instances that are asked. At the default interval that is 500 checks a second. */
export const CHECKED_MAX = 5_000
