// What a dashboard of a stranger may make grow, and why not more.

/** Characters of a regular expression in a dashboard; the longest of 317 community files has 200. */
export const MAX_PATTERN_LENGTH = 1000

/** Characters of a text that such a pattern is run on: label values beyond it are left out. */
export const MAX_SUBJECT_LENGTH = 1000

/** Options of one variable: more cannot be looked through, and All of them does not fit into a query. */
export const MAX_OPTIONS = 10_000

/** Panels that repeats may make out of one dashboard. */
export const MAX_PANELS = 2000

/** Characters of what is interpolated out of one text. */
export const MAX_INTERPOLATED = 1_000_000
