/** Nodes that one execution may visit: a mail of 10,000 alerts with 20 labels each needs about a million. */
export const STEPS_MAX = 2_000_000

/** Characters that one execution may write. Mail servers commonly refuse messages above 10-25 MB. */
export const OUTPUT_CHARACTERS_MAX: number = 10 * 1024 * 1024

/** Templates inside each other while executing; the deepest known ones stay under 20. */
export const TEMPLATE_DEPTH_MAX = 500

/** Nesting of actions and parentheses in one text. */
export const NESTING_MAX = 200

/** Queries of one expansion; each one costs the evaluator's time. */
export const QUERIES_MAX = 100

/** ms that one execution may take; everything else of the process waits meanwhile. */
export const EXECUTION_MS_MAX = 2000

/** Width and precision in printf, as Go limits them. */
export const FORMAT_WIDTH_MAX = 1_000_000
