// What a stranger can make grow, and how far.

/** Status line and headers of a response, bytes. Exporters send under 1 KiB; 64 KiB is far beyond any honest one. */
export const RESPONSE_HEADER_BYTES_MAX = 65_536

/** One chunk-size line with its extensions, or all trailers together, bytes. Nobody honest uses either. */
export const CHUNK_LINE_BYTES_MAX = 4_096

/** Body of a response when the caller names no limit, bytes, both packed and unpacked. */
export const RESPONSE_BODY_BYTES_DEFAULT: number = 64 * 1024 * 1024

/** Time for a whole request when the caller names none, ms. */
export const REQUEST_TIMEOUT_MS_DEFAULT = 30_000

/** As the reference (and RFC 9110's advice): a longer chain is a loop. */
export const REDIRECTS_MAX = 10

/** Interim 1xx answers before the real one. */
export const INTERIM_RESPONSES_MAX = 5

/** Kept-alive connections a client keeps for one origin; exporters that probe others have one target a probed host. */
export const IDLE_CONNECTIONS_PER_ORIGIN = 64

/** A kept-alive connection unused for so long is closed, ms. Longer than the usual scrape intervals. */
export const IDLE_CONNECTION_MS_MAX = 300_000

/** Buffers kept for the next body in all, and the largest one worth keeping: a rare 100 MB body must not stay in memory. */
export const POOLED_BYTES_MAX: number = 8 * 1024 * 1024
export const POOLED_BUFFER_BYTES_MAX: number = 4 * 1024 * 1024

/** Connections a listener serves at once; the reference's `--web.max-connections`. */
export const SERVER_CONNECTIONS_MAX = 512

/** Request line and headers of a request, bytes. Long queries belong in a POST body. */
export const REQUEST_HEADER_BYTES_MAX = 65_536

/** Time for a client to send its headers, ms: a slow loris is cut off. */
export const SERVER_HEADERS_TIMEOUT_MS = 10_000

/** Time for a client to send a whole request, ms; the reference's `--web.read-timeout`. */
export const SERVER_REQUEST_TIMEOUT_MS = 300_000

/** Time an idle kept-alive connection stays open, ms. Longer than usual scrape intervals, so that scrapers need no new one. */
export const SERVER_KEEP_ALIVE_MS = 120_000

/** Body of a request, bytes, unless a route says otherwise. */
export const REQUEST_BODY_BYTES_DEFAULT: number = 10 * 1024 * 1024

/** A form that is read without Fastify's parsers, bytes; longer ones take the long way. */
export const DIRECT_BODY_BYTES_MAX = 65_536

/** Time that running requests get to finish at close, ms. */
export const SERVER_DRAIN_MS = 10_000

/** Answers below this size are not worth packing, bytes: they fit one packet anyway. */
export const COMPRESS_BYTES_MIN = 1_024

/** A secret or a certificate in a file, bytes. */
export const SETTING_FILE_BYTES_MAX: number = 1024 * 1024

/** A secret or certificate that was read so short a time ago is not read again, ms: a job may scrape 1,000 targets at once. */
export const SETTING_FILE_FRESH_MS = 1_000

/** The answer of a token endpoint, bytes. */
export const TOKEN_BODY_BYTES_MAX: number = 1024 * 1024

/** A token is fetched anew so long before it ends, ms; the reference's library takes as long. */
export const TOKEN_EARLY_MS = 10_000

/** Logins that were right and are not computed again; each is a digest of 44 characters. */
export const LOGINS_REMEMBERED_MAX = 1_000

/** bcrypt computations under way; each takes some 60 ms of this thread. */
export const LOGIN_CHECKS_AT_ONCE_MAX = 16

/** Wrong passwords that one address may try at once, and the time in which it gets another one, ms. */
export const LOGIN_FAILURES_BURST = 10
export const LOGIN_FAILURES_REFILL_MS = 1_000

/** Addresses whose failures are counted. */
export const LOGIN_ADDRESSES_MAX = 10_000

/** An Authorization header, bytes. */
export const LOGIN_HEADER_BYTES_MAX = 4_096

/** What a client beyond the rate is told to wait, ms. */
export const WEB_RATE_WAIT_MS = 1_000

/** The answer of a backend in JSON, bytes: the largest are lists of a cluster's objects. */
export const BACKEND_ANSWER_BYTES_MAX: number = 128 * 1024 * 1024

/** Time for one such answer, ms. */
export const BACKEND_TIMEOUT_MS = 30_000

/** Answer to a unary gRPC call, bytes: those of health checks have seven. */
export const GRPC_ANSWER_BYTES_MAX = 65_536
