// What a stranger can make grow, and how far.

/** Literals of all templates together, bytes. A million series of which none share a template take about 100 MiB. */
export const TEMPLATE_BYTES_MAX: number = 256 * 1024 * 1024
