// What other members could make grow, with the number, its unit and why that number.

/** Shortest lease, ms: etcd grants no shorter one with its default times. */
export const LEASE_MS_MIN: number = 2000
/** Value of a member's key: an address and a name. */
export const MEMBER_BYTES: number = 8 << 10
/** Members that are looked at; further ones are ignored, the same ones by everybody. */
export const MEMBERS_MAX: number = 100
/** A record that all members share. etcd's own limit for a request is 1.5 MiB. */
export const RECORD_BYTES: number = 512 << 10
/** Records that wait for etcd, newest of each key; the oldest go first. */
export const RECORDS_WAITING: number = 10_000
/** Between two looks at etcd, ms; less than any scrape interval in use. */
export const POLL_MS: number = 1000
/** Between two lists of all records while the watch tells of changes, ms. */
export const EXCHANGE_MS: number = 10_000
/** What the others get to see a new member before it scrapes, ms: a watch and two calls. */
export const HANDOVER_MS: number = 300
/** Calls to etcd side by side; what is over waits for the next look. */
export const CALLS_AT_ONCE: number = 50
