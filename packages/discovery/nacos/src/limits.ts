/** Services of one namespace and group. */
export const SERVICES_MAX = 10_000

/** Names on one page of Nacos' list. */
export const PAGE_SIZE = 500

/** Questions under way. */
export const REQUESTS_AT_ONCE = 10

/** A token is asked for again so long before it ends, ms. */
export const TOKEN_EARLY_MS = 60_000
