/** Services of one catalog. */
export const SERVICES_MAX = 10_000

/** Questions under way, so that a large catalog does not meet all at once. */
export const REQUESTS_AT_ONCE = 10
