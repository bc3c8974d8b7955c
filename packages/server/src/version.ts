/** Ours. */
export const VERSION = '0.1.0'

/** The Prometheus whose behaviour this version keeps to; what /api/v1/status/buildinfo answers, because clients switch on it. */
export const REFERENCE_VERSION = '3.14.0'
